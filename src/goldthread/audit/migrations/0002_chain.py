"""The chain, made by the database so that no code path can skip it, and the one way in which a text may be erased.

Order at commit: the deferred trigger on ``audit_event`` puts each event into ``audit_pending``; the deferred trigger on
that table takes the shard's lock and links it. The second step therefore runs after every foreign key check that the
transaction still owed, so that nothing waits for another transaction's rows while it holds a shard.
"""

from django.db import migrations

CLOCK_SQL = """
-- When this transaction began, by goldthread_now().
CREATE FUNCTION audit_transaction_began() RETURNS timestamptz
LANGUAGE sql STABLE AS $$ SELECT goldthread_now() - (statement_timestamp() - transaction_timestamp()) $$;

CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% may only be added to (% refused)', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""
CLOCK_REVERSE = """
DROP FUNCTION audit_refuse_change() CASCADE;
DROP FUNCTION audit_transaction_began();
"""

EVENT_SQL = """
CREATE FUNCTION audit_about(subjects text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(concat(pair ->> 0, ':', pair ->> 1)), '{}')
    FROM jsonb_array_elements(subjects::jsonb) AS pair
$$;
CREATE INDEX audit_event_about ON audit_event USING gin (audit_about(subjects)) WITH (fastupdate = off);

CREATE FUNCTION audit_event_check() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.at NOT BETWEEN public.audit_transaction_began() AND public.goldthread_now() THEN
        RAISE EXCEPTION 'an audit event has the time at which it is written, not another'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_event_check BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_check();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_check;
"""
EVENT_REVERSE = """
DROP FUNCTION audit_event_check() CASCADE;
DROP INDEX audit_event_about;
DROP FUNCTION audit_about(text);
"""

CHAIN_SQL = """
INSERT INTO audit_shard (number, seq, head)
SELECT number, 0, decode(repeat('00', 32), 'hex') FROM generate_series(0, 7) AS number;
ALTER TABLE audit_shard SET (fillfactor = 10);  -- every update of a head stays on its page

CREATE UNLOGGED TABLE audit_pending (event_id bigint PRIMARY KEY);  -- rows live within one transaction only

CREATE FUNCTION audit_field(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN value IS NULL THEN '\\xffffffff'::bytea
           ELSE int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8') END
$$;

CREATE FUNCTION audit_event_hash(event audit_event, shard smallint, shard_seq bigint, prev_hash bytea) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(
        public.audit_field('goldthread-audit-1') || public.audit_field(shard::text)
        || public.audit_field(shard_seq::text) || public.audit_field(event.id::text)
        || public.audit_field((extract(epoch FROM event.at) * 1000000)::bigint::text)
        || public.audit_field(event.staff_id::text) || public.audit_field(event.role)
        || public.audit_field(event.duty) || public.audit_field(event.verb) || public.audit_field(event.subjects)
        || public.audit_field(event.reason) || public.audit_field(event.detail)
        || public.audit_field(event.request_id) || int4send(octet_length(prev_hash)) || prev_hash)
$$;

CREATE FUNCTION audit_queue() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.audit_pending (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    event public.audit_event;
    shard public.audit_shard;
    link bytea;
BEGIN
    SELECT * INTO STRICT event FROM public.audit_event WHERE id = NEW.event_id;
    -- All events of a transaction go to one shard, so there is no order of locks to keep. The number is hashed since
    -- savepoints use numbers up too: plain remainders would favour some shards.
    SELECT * INTO STRICT shard FROM public.audit_shard
        WHERE number = hashint8(public.audit_transaction()) & 7 FOR NO KEY UPDATE;
    link := public.audit_event_hash(event, shard.number, shard.seq + 1, shard.head);
    INSERT INTO public.audit_link (event_id, shard, shard_seq, prev_hash, hash)
        VALUES (event.id, shard.number, shard.seq + 1, shard.head, link);
    UPDATE public.audit_shard SET seq = shard.seq + 1, head = link WHERE number = shard.number;
    DELETE FROM public.audit_pending WHERE event_id = event.id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER audit_queue AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_queue();
CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON audit_pending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain();
ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_queue;
ALTER TABLE audit_pending ENABLE ALWAYS TRIGGER audit_chain;
-- Who may execute a trigger function may tie it to a table of his own and so write links as he likes.
REVOKE EXECUTE ON FUNCTION audit_queue(), audit_chain() FROM PUBLIC;

CREATE FUNCTION audit_note_checkpoint(number bigint, events bigint, root bytea, file_digest bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO public.audit_checkpoint (number, events, root, file_digest) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
$$;
REVOKE EXECUTE ON FUNCTION audit_note_checkpoint(bigint, bigint, bytea, bytea) FROM PUBLIC;
"""
CHAIN_REVERSE = """
DROP FUNCTION audit_note_checkpoint(bigint, bigint, bytea, bytea);
DROP TABLE audit_pending;
DROP FUNCTION audit_queue() CASCADE;
DROP FUNCTION audit_chain();
DROP FUNCTION audit_event_hash(audit_event, smallint, bigint, bytea);
DROP FUNCTION audit_field(text);
DELETE FROM audit_shard;
"""

ERASE_SQL = """
CREATE FUNCTION audit_erasure_check() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.transaction <> public.audit_transaction()
       OR NEW.at NOT BETWEEN public.audit_transaction_began() AND public.goldthread_now() THEN
        RAISE EXCEPTION 'an erasure belongs to the transaction and the time that write it'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_erasure_check BEFORE INSERT ON audit_erasure FOR EACH ROW EXECUTE FUNCTION audit_erasure_check();
ALTER TABLE audit_erasure ENABLE ALWAYS TRIGGER audit_erasure_check;

CREATE FUNCTION audit_payload_check() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.erased_at IS NOT NULL OR NEW.erasure_id IS NOT NULL OR octet_length(NEW.salt) <> 16
           OR NEW.digest <> sha256(NEW.salt || convert_to(NEW.text, 'UTF8')) THEN
            RAISE EXCEPTION 'a payload is kept with its own salted digest and unerased'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    -- Only audit_erase runs as the owner of the table; whoever else got the right to update is refused.
    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.text = '' AND NEW.salt = '' AND NEW.erased_at IS NOT NULL
       AND NEW.id = OLD.id AND NEW.digest = OLD.digest
       AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
       AND EXISTS (SELECT FROM public.audit_erasure WHERE id = NEW.erasure_id
                   AND transaction = public.audit_transaction() AND at >= public.audit_transaction_began()) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a payload is never changed but by an erasure (% refused)', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_payload_check BEFORE INSERT OR UPDATE OR DELETE ON audit_payload
    FOR EACH ROW EXECUTE FUNCTION audit_payload_check();
ALTER TABLE audit_payload ENABLE ALWAYS TRIGGER audit_payload_check;
CREATE TRIGGER audit_payload_no_truncate BEFORE TRUNCATE ON audit_payload
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
ALTER TABLE audit_payload ENABLE ALWAYS TRIGGER audit_payload_no_truncate;

CREATE FUNCTION audit_erase(wanted bigint, keys uuid[], role text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    decision public.audit_erasure;
    subjects text;
    digests text;
    blanked integer;
BEGIN
    SELECT * INTO decision FROM public.audit_erasure WHERE id = wanted
        AND transaction = public.audit_transaction() AND at >= public.audit_transaction_began();
    IF NOT FOUND OR decision.asked_by = decision.approved_by THEN
        RAISE EXCEPTION 'an erasure needs a decision by two people, made in the same transaction'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH known AS (
        SELECT id, digest FROM public.audit_payload WHERE id = ANY (keys) AND erased_at IS NULL FOR UPDATE
    ), gone AS (
        UPDATE public.audit_payload AS payload
        SET text = '', salt = '', erased_at = decision.at, erasure_id = decision.id
        FROM known WHERE payload.id = known.id RETURNING payload.id, payload.digest
    )
    SELECT count(*), string_agg(format('["payload","%s"]', id), ',' ORDER BY id),
           string_agg(format('"%s"', encode(digest, 'hex')), ',' ORDER BY id)
    INTO blanked, subjects, digests FROM gone;
    IF blanked = 0 THEN
        RAISE EXCEPTION 'there is nothing left to erase' USING ERRCODE = 'no_data_found';
    END IF;
    INSERT INTO public.audit_event (staff_id, role, duty, verb, subjects, reason, detail, request_id) VALUES (
        decision.approved_by, role, 'erasure', 'payload.erase',
        format('[["erasure","%s"],%s]', decision.id, subjects), '',
        format('{"asked_by":%s,"digests":[%s]}', decision.asked_by, digests), '');
    RETURN blanked;
END $$;
REVOKE EXECUTE ON FUNCTION audit_erase(bigint, uuid[], text) FROM PUBLIC;
"""
ERASE_REVERSE = """
DROP FUNCTION audit_erase(bigint, uuid[], text);
DROP FUNCTION audit_payload_check() CASCADE;
DROP FUNCTION audit_erasure_check() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(CLOCK_SQL, CLOCK_REVERSE),
        migrations.RunSQL(EVENT_SQL, EVENT_REVERSE),
        migrations.RunSQL(CHAIN_SQL, CHAIN_REVERSE),
        migrations.RunSQL(ERASE_SQL, ERASE_REVERSE),
    ]
