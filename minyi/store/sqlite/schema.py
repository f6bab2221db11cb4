"""Tables of the record, and the stamp that says which program may open it.

Times of posts and counts are UTC seconds; times of alerts, messages and jobs are UTC microseconds.
Policies and sources are small integers here (`policy_key`, `source_key`); policy 0 means every post.
"""

from __future__ import annotations

from minyi.errors import StoreTooOld

APPLICATION_ID = 0x4D594931
"""`MYI1` in the file's header: SQLite's own mark of whose file this is."""

SCHEMA_VERSION = 7
"""Raised with every released change of the tables, and `migrations` told how to bring older files here.

1: release 0.1.0. 2: the audit trail refuses changes, the file knows its age. 3: posts in two tables.
4: earlier wordings of edited posts. 5: corrections know their cluster, counts their model, merged policies.
6: a checksum on every page. 7: another fingerprint of posts, numbers for the texts that copies are met by.
"""

OLDEST_SQLITE = (3, 51, 3)
"""Versions up to 3.51.2 can corrupt a file that two connections write (the WAL-reset race)."""

ALL = 0
"""The policy number under which every post is counted."""

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE policy_key(pid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL DEFAULT 0);
CREATE TABLE source_key(sid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, imported INTEGER,
  imported_at INTEGER, newest INTEGER);

-- rid = unix_seconds(published) << 6 | 6 hash bits: newest first is rid descending, in every table below.
-- posts holds what is looked up (an author of hexadecimal digits as bytes), post_body what is shown, and
-- post_facts once more what filters, facets and curves read of thousands of hits: twenty bytes a post,
-- so that a year of them fits in memory; behind = second of the rid - published
CREATE TABLE posts(
  rid INTEGER PRIMARY KEY,
  published INTEGER NOT NULL, precision INTEGER NOT NULL,
  label INTEGER NOT NULL, polarity INTEGER, source INTEGER NOT NULL, evident INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, indexed INTEGER NOT NULL, revision INTEGER NOT NULL,
  body INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, cluster TEXT NOT NULL, author, fingerprint BLOB NOT NULL);
CREATE TABLE post_facts(
  rid INTEGER PRIMARY KEY, label INTEGER NOT NULL, polarity INTEGER, source INTEGER NOT NULL,
  precision INTEGER NOT NULL, behind INTEGER NOT NULL);
CREATE TABLE post_body(
  body INTEGER PRIMARY KEY, shared INTEGER NOT NULL, content TEXT NOT NULL,
  native_id TEXT, url TEXT, lang TEXT, region TEXT, metrics TEXT, keywords TEXT, snownlp REAL, evidence TEXT,
  parent_title TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL);
-- what thousands of posts have in common
CREATE TABLE post_shared(shared INTEGER PRIMARY KEY, platform TEXT NOT NULL, official INTEGER NOT NULL,
  sample INTEGER NOT NULL, model_version TEXT NOT NULL,
  UNIQUE(platform, official, sample, model_version));
-- what posts said before their source changed them, each until a UTC second
CREATE TABLE wording(seq INTEGER PRIMARY KEY, post TEXT NOT NULL, until INTEGER NOT NULL,
  title TEXT NOT NULL, text TEXT NOT NULL, seal BLOB NOT NULL);
CREATE INDEX wording_by_post ON wording(post, seq);

-- sure matches, and every post once under policy 0; posts of unknown time are in neither
CREATE TABLE post_policy(
  policy INTEGER NOT NULL, published INTEGER NOT NULL, rid INTEGER NOT NULL,
  label INTEGER NOT NULL, polarity INTEGER, source INTEGER NOT NULL,
  precision INTEGER NOT NULL, late INTEGER NOT NULL, evident INTEGER NOT NULL,
  PRIMARY KEY(policy, published, rid)) WITHOUT ROWID;
CREATE TABLE post_match(rid INTEGER NOT NULL, ord INTEGER NOT NULL, policy INTEGER NOT NULL,
  sure INTEGER NOT NULL,
  via TEXT NOT NULL, PRIMARY KEY(rid, ord)) WITHOUT ROWID;
CREATE TABLE claims(rid INTEGER NOT NULL, ord INTEGER NOT NULL, policy INTEGER NOT NULL, item TEXT NOT NULL,
  stance TEXT NOT NULL, cue TEXT NOT NULL, PRIMARY KEY(rid, ord)) WITHOUT ROWID;
CREATE INDEX claims_by_item ON claims(policy, item, stance, rid);

CREATE VIRTUAL TABLE fts USING fts5(body, tags, content='', contentless_delete=1, tokenize='ascii');
-- fewer, larger merges, never a whole level at once (that would hold the lock for seconds), and the words
-- of a transaction written once, at its end
INSERT INTO fts(fts, rank) VALUES('automerge', 16), ('crisismerge', 64), ('hashsize', 4194304);

CREATE TABLE rollup_hour(policy INTEGER, hour INTEGER, label INTEGER, n INTEGER NOT NULL, s INTEGER NOT NULL,
  PRIMARY KEY(policy, hour, label)) WITHOUT ROWID;
CREATE TABLE rollup_day(day INTEGER, policy INTEGER, label INTEGER, n INTEGER NOT NULL, s INTEGER NOT NULL,
  PRIMARY KEY(day, policy, label)) WITHOUT ROWID;
-- scored posts by the model that judged them, so that no curve mixes two unseen
CREATE TABLE rollup_version(policy INTEGER, day INTEGER, version TEXT, n INTEGER NOT NULL,
  PRIMARY KEY(policy, day, version)) WITHOUT ROWID;

CREATE TABLE index_queue(id TEXT PRIMARY KEY, revision INTEGER NOT NULL, gone INTEGER NOT NULL,
  at INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE tombstones(id TEXT PRIMARY KEY, at INTEGER NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sig(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
  cluster TEXT NOT NULL, sig BLOB NOT NULL);
CREATE TABLE band(number INTEGER NOT NULL, text INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(number, text)) WITHOUT ROWID;

-- of two entries for one policy, the id that went, what it was called, and the one that stayed
CREATE TABLE policy_merged(id TEXT PRIMARY KEY, target TEXT NOT NULL, names TEXT NOT NULL,
  at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE policies(id TEXT PRIMARY KEY, released_at INTEGER, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source_cursor(source TEXT PRIMARY KEY, cursor TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs(source TEXT NOT NULL, started INTEGER NOT NULL, finished INTEGER NOT NULL,
  state TEXT NOT NULL,
  good INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY(source, started)) WITHOUT ROWID;
CREATE TABLE quarantine(key BLOB PRIMARY KEY, origin TEXT NOT NULL, position INTEGER NOT NULL,
  raw TEXT NOT NULL,
  reason TEXT NOT NULL, at INTEGER NOT NULL);

CREATE TABLE alerts(id TEXT PRIMARY KEY, policy TEXT NOT NULL, rule TEXT NOT NULL, state TEXT NOT NULL,
  level INTEGER NOT NULL, detected_at INTEGER NOT NULL, version INTEGER NOT NULL,
  body TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX alerts_by_time ON alerts(detected_at, id);
CREATE TABLE detector_state(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox(seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, alert TEXT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
  next_try INTEGER, created INTEGER NOT NULL, sent INTEGER, error TEXT, claimer TEXT, claimed INTEGER);
CREATE INDEX outbox_open ON outbox(state, seq) WHERE state IN ('new', 'sending', 'retry');
CREATE TABLE responses(id TEXT PRIMARY KEY, alert TEXT, policy TEXT NOT NULL, url TEXT, title TEXT NOT NULL,
  published INTEGER, recorded INTEGER NOT NULL, who TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE corrections(post TEXT NOT NULL, at INTEGER NOT NULL, label INTEGER NOT NULL, who TEXT NOT NULL,
  note TEXT NOT NULL, cluster TEXT NOT NULL, PRIMARY KEY(post, at)) WITHOUT ROWID;
CREATE INDEX corrections_by_cluster ON corrections(cluster, at);
CREATE TABLE mutes(id INTEGER PRIMARY KEY, policy TEXT NOT NULL, rule TEXT NOT NULL, until INTEGER NOT NULL,
  who TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE audit(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
  subject TEXT NOT NULL, detail TEXT NOT NULL, previous BLOB NOT NULL, digest BLOB NOT NULL);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TABLE jobs(job TEXT PRIMARY KEY, succeeded INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('created', CAST(unixepoch() AS TEXT));
"""


def check_library(version: str) -> None:
    """Refuse a SQLite that may corrupt the record; `version` as `3.54.1`.

    Raises:
        StoreTooOld: naming the version found and the remedy.
    """
    if tuple(int(part) for part in version.split(".")) < OLDEST_SQLITE:
        raise StoreTooOld(
            f"SQLite {version} 太旧，可能损坏数据；需要 3.51.3 以上，请升级：pip install -U apsw"
        )
