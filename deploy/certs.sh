#!/usr/bin/env bash
# Makes an authority and certificates for es and kibana, once. The authority's key is deleted: nobody can
# sign with it later; to renew, remove the volumes certs and trust and start again (docs/deploy.md).
set -euo pipefail
cd /usr/share/elasticsearch
if [ -f data/ca/ca.crt ] && [ -f data/es/es.crt ] && [ -f data/kibana/kibana.crt ]; then
  echo "certificates are there"
else
  rm -rf data/ca data/es data/kibana data/*.zip
  umask 027
  cat > data/instances.yml <<YML
instances:
  - name: es
    dns: [es, localhost, "$PUBLIC_NAME"]
    ip: [127.0.0.1]
  - name: kibana
    dns: [kibana, localhost, "$PUBLIC_NAME"]
    ip: [127.0.0.1]
YML
  bin/elasticsearch-certutil ca --silent --pem --out "$PWD/data/ca.zip"
  unzip -q data/ca.zip -d data
  bin/elasticsearch-certutil cert --silent --pem --in "$PWD/data/instances.yml" --out "$PWD/data/certs.zip" \
    --ca-cert "$PWD/data/ca/ca.crt" --ca-key "$PWD/data/ca/ca.key" --days 1095
  unzip -q data/certs.zip -d data
  rm -f data/ca/ca.key data/*.zip data/instances.yml
  echo "certificates made"
fi
# The containers of Minyi see this volume only: whom to trust, and no key.
install -m 0644 data/ca/ca.crt logs/ca.crt
