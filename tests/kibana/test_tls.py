"""Over https the other side must show a certificate of an authority that is trusted, or nothing is said."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kibana.client import Kibana, Login
from minyi.errors import ConfigError, KibanaError
from tests.servers.kibana import serve

RIGHT = Login("elastic", "right")


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that is its own authority, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "ca.crt", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


def test_a_trusted_authority_is_enough(tmp_path: Path) -> None:
    """The one `--ca` names."""
    authority, context = certificate(tmp_path)
    with serve(context) as fake:
        kibana = Kibana(fake.url, RIGHT, ca=authority)
        assert kibana.ask("GET", "/api/status").status == 200


def test_a_stranger_is_told_nothing(tmp_path: Path) -> None:
    """At once and in words: waiting would not make it trustworthy; the password is not sent."""
    _, context = certificate(tmp_path)
    with serve(context) as fake:
        with pytest.raises(KibanaError, match=r"证书不可信.*--ca"):
            Kibana(fake.url, RIGHT).ask("GET", "/api/status")
        assert fake.asked == []


def test_a_missing_authority_is_named(tmp_path: Path) -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match="--ca"):
        Kibana("https://127.0.0.1:1", RIGHT, ca=tmp_path / "none.crt")
