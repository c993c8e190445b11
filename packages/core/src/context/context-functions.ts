import { type RawBuilder, sql } from 'kysely'

/** SQLSTATEs of `plataforma.tenant_id()`. */
const CONTEXT_SQL_STATES = {
  /** No context, or one without a tenant. */
  missing: 'PLT01',
  /** A signature that does not fit, an unknown key, or a token of another session. */
  refused: 'PLT02',
  expired: 'PLT03',
} as const

/*
 * A token is split at its quotes (see signContext): 4 key, 8 kind, 12 pid, 16 expiry, 20 tenant.
 * That is several times cheaper than parsing JSON, and exact once the signature is verified.
 * Functions and operators come from pg_catalog, because search_path is empty; types are qualified,
 * because a temporary type would come first. No operand may raise before the signature holds.
 */
const part = (token: string, place: number) => `split_part(${token}, '"', ${place})`
const signature = (token: string) =>
  `encode(sha256(k.outer_pad || sha256(k.inner_pad || substring(convert_to(${token}, 'UTF8'), 65))), 'hex')`
const fresh = (token: string) =>
  `to_timestamp(${part(token, 16)}::pg_catalog.float8 / 1000) > statement_timestamp()`

const BOUND = `(${part('token', 12)} = pg_backend_pid()::pg_catalog.text OR ${part('token', 12)} = '0' AND k.pooler)`
const SIGNED = `starts_with(token, ${signature('token')})`
const KEY_OF_TOKEN = `plataforma.context_keys AS k WHERE k.key_id = ${part('token', 4)}`
const TOKEN = `token CONSTANT pg_catalog.text := current_setting('plataforma.context', true);`
const HARDENED = `SECURITY DEFINER PARALLEL RESTRICTED SET search_path = ''`

const valid = (further: string) =>
  `${KEY_OF_TOKEN} AND CASE WHEN ${SIGNED} THEN ${further}${BOUND} AND ${fresh('token')} ELSE false END`

const SETTING = `current_setting('plataforma.context', true)`

/*
 * What the policies ask first: a row with the tenant where the context holds, no row where it does
 * not or where its text is unusual. A view, because its query becomes a part of the statement's
 * plan: a function with the same query costs half as much again for every statement. It reads the
 * keys with the rights of its owner and shows none of them.
 */
const VERIFIED_TENANT = `
CREATE OR REPLACE VIEW plataforma.verified_tenant AS
SELECT ${part(SETTING, 20)} AS tenant_id
FROM plataforma.context_keys AS k
WHERE k.key_id = ${part(SETTING, 4)}
  AND CASE
    WHEN starts_with(${SETTING}, ${signature(SETTING)} || k.tenant_head
      || CASE WHEN k.pooler AND ${part(SETTING, 12)} = '0' THEN '0' ELSE pg_backend_pid()::pg_catalog.text END || '"')
    THEN ${fresh(SETTING)}
    ELSE false
  END`

const TENANT_ID = `
CREATE OR REPLACE FUNCTION plataforma.tenant_id() RETURNS pg_catalog.text
LANGUAGE plpgsql STABLE ${HARDENED} AS $function$
DECLARE
  ${TOKEN}
  kind pg_catalog.text;
  bound pg_catalog.bool;
BEGIN
  SELECT ${part('token', 8)} INTO kind FROM ${valid(`starts_with(${part('token', 8)}, 'tenant') AND `)};
  IF kind = 'tenant' THEN
    RETURN ${part('token', 20)};
  ELSIF kind = 'tenant-escaped' THEN
    RETURN substr(token, 65)::pg_catalog.json ->> 'tenantId';
  END IF;
  IF token IS NULL OR token = '' THEN
    RAISE EXCEPTION 'no tenant context' USING ERRCODE = '${CONTEXT_SQL_STATES.missing}';
  END IF;
  SELECT ${part('token', 8)}, ${BOUND} INTO kind, bound FROM ${KEY_OF_TOKEN} AND ${SIGNED};
  IF kind IS NULL THEN
    RAISE EXCEPTION 'the signature of the context is not valid'
      USING ERRCODE = '${CONTEXT_SQL_STATES.refused}';
  ELSIF NOT bound THEN
    RAISE EXCEPTION 'the context was signed for another session'
      USING ERRCODE = '${CONTEXT_SQL_STATES.refused}';
  ELSIF NOT starts_with(kind, 'tenant') THEN
    RAISE EXCEPTION 'the context has no tenant' USING ERRCODE = '${CONTEXT_SQL_STATES.missing}';
  END IF;
  RAISE EXCEPTION 'the context has expired' USING ERRCODE = '${CONTEXT_SQL_STATES.expired}';
END
$function$`

const OWNER_MODE = `
CREATE OR REPLACE FUNCTION plataforma.owner_mode() RETURNS pg_catalog.bool
LANGUAGE plpgsql STABLE ${HARDENED} AS $function$
DECLARE
  ${TOKEN}
BEGIN
  PERFORM FROM ${valid(`${part('token', 8)} = 'owner' AND `)};
  RETURN FOUND;
END
$function$`

const CONTEXT = `
CREATE OR REPLACE FUNCTION plataforma.context() RETURNS pg_catalog.jsonb
LANGUAGE plpgsql STABLE ${HARDENED} AS $function$
DECLARE
  ${TOKEN}
BEGIN
  PERFORM FROM ${valid('')};
  IF FOUND THEN
    RETURN substr(token, 65)::pg_catalog.jsonb -> 'context';
  END IF;
  RETURN NULL;
END
$function$`

const CONTEXT_VALUE = `
CREATE OR REPLACE FUNCTION plataforma.context_value(key pg_catalog.text) RETURNS pg_catalog.text
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN plataforma.context() OPERATOR(pg_catalog.->>) key`

/*
 * Has no authority and so verifies nothing: what it fills in, the policy checks. As a plain
 * expression it costs a tenth of `tenant_id()` for every row of an insert.
 */
const QUALIFIED_SETTING = `pg_catalog.${SETTING}`
const TENANT_DEFAULT = `
CREATE OR REPLACE FUNCTION plataforma.tenant_default() RETURNS pg_catalog.text
LANGUAGE sql VOLATILE PARALLEL RESTRICTED
RETURN CASE pg_catalog.${part(QUALIFIED_SETTING, 8)}
    WHEN 'tenant' THEN pg_catalog.${part(QUALIFIED_SETTING, 20)}
    WHEN 'tenant-escaped' THEN pg_catalog.substr(${QUALIFIED_SETTING}, 65)::pg_catalog.json
      OPERATOR(pg_catalog.->>) 'tenantId'
  END`

const COMMENTS = [
  `COMMENT ON VIEW plataforma.verified_tenant IS 'Tenant of the signed context, no row where plataforma.tenant_id() has to say what is wrong'`,
  `COMMENT ON FUNCTION plataforma.tenant_id() IS 'Tenant of the signed context; raises PLT01 without one, PLT02 where it was not signed for this session, PLT03 where it has expired'`,
  `COMMENT ON FUNCTION plataforma.owner_mode() IS 'Whether a signed context of kind owner is set'`,
  `COMMENT ON FUNCTION plataforma.context() IS 'The verified context, NULL without one'`,
  `COMMENT ON FUNCTION plataforma.context_value(text) IS 'One member of the verified context as text, NULL without one'`,
  `COMMENT ON FUNCTION plataforma.tenant_default() IS 'Default of tenant columns: the tenant that the context claims, not verified; the policy of the table verifies it'`,
]

/** What policies, defaults and triggers read the context with; run as the key owner. */
export function contextFunctions(): readonly RawBuilder<unknown>[] {
  return [
    VERIFIED_TENANT,
    'GRANT SELECT ON plataforma.verified_tenant TO PUBLIC',
    TENANT_ID,
    OWNER_MODE,
    CONTEXT,
    CONTEXT_VALUE,
    TENANT_DEFAULT,
    ...COMMENTS,
  ].map((statement) => sql.raw(statement))
}
