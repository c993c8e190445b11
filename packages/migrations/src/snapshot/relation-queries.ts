import type { CatalogQuery } from './catalog-query.js'
import { commentOf, isOfExtension } from './query-parts.js'

/** Tables and views. */
export const RELATIONS: CatalogQuery = {
  kind: 'relation',
  relation: `c.relname`,
  name: `''`,
  fields: {
    kind: `c.relkind`,
    owner: `pg_get_userbyid(c.relowner)`,
    acl: `coalesce(c.relacl, acldefault('r', c.relowner))::text[]`,
    every: `acldefault('r', c.relowner)::text[]`,
    unlogged: `c.relpersistence = 'u'`,
    rowSecurity: `c.relrowsecurity`,
    rowSecurityForced: `c.relforcerowsecurity`,
    replicaIdentity: `case when c.relkind in ('r', 'p') then nullif(c.relreplident, 'd') end`,
    options: `case when c.reloptions is not null then
        array(select o from unnest(c.reloptions) o order by o collate "C") end`,
    accessMethod: `(select m.amname from pg_am m where m.oid = c.relam and m.amname <> 'heap')`,
    inherits: `(
        select json_agg(i.inhparent::regclass order by i.inhseqno)
        from pg_inherits i where i.inhrelid = c.oid
      )`,
    bound: `pg_get_expr(c.relpartbound, c.oid)`,
    partitionedBy: `case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end`,
    ofType: `case when c.reloftype <> 0 then format_type(c.reloftype, -1) end`,
    server: `case when c.relkind = 'f' then (
        select v.srvname from pg_foreign_table f join pg_foreign_server v on v.oid = f.ftserver
        where f.ftrelid = c.oid
      ) end`,
    definition: `case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end`,
    comment: commentOf('c.oid', 'pg_class'),
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
where c.relkind in ('r', 'p', 'f', 'v', 'm') and not ${isOfExtension('c.oid', 'pg_class')}`,
}

export const COLUMNS: CatalogQuery = {
  kind: 'column',
  relation: `c.relname`,
  name: `a.attname`,
  fields: {
    number: `a.attnum`,
    type: `format_type(a.atttypid, a.atttypmod)`,
    notNull: `a.attnotnull`,
    default: `case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end`,
  },
  rare: {
    when: `z.description is not null or a.attacl is not null or a.attoptions is not null
        or a.attgenerated <> '' or a.attidentity <> '' or a.attinhcount > 0
        or a.attcollation <> t.typcollation or a.attstorage <> t.typstorage
        or a.attcompression <> '' or a.attstattarget <> -1`,
    fields: {
      generated: `case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end`,
      expression: `case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end`,
      identity: `case a.attidentity when 'a' then 'always' when 'd' then 'by default' end`,
      collation: `case when a.attcollation <> t.typcollation then a.attcollation::regcollation end`,
      inherited: `a.attinhcount > 0 and not a.attislocal`,
      storage: `nullif(a.attstorage, t.typstorage)`,
      compression: `nullif(a.attcompression, '')`,
      statistics: `nullif(a.attstattarget, -1)`,
      options: `case when a.attoptions is not null then
        array(select o from unnest(a.attoptions) o order by o collate "C") end`,
      acl: `a.attacl::text[]`,
      comment: `z.description`,
    },
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on a.atthasdef and d.adrelid = a.attrelid and d.adnum = a.attnum
left join pg_description z
  on z.objoid = a.attrelid and z.classoid = 'pg_class'::regclass and z.objsubid = a.attnum
where c.relkind in ('r', 'p', 'f', 'v', 'm')`,
}

/** NOT NULL is told by the column, whether or not the server makes it a constraint. */
export const CONSTRAINTS: CatalogQuery = {
  kind: 'constraint',
  relation: `c.relname`,
  name: `k.conname`,
  fields: {
    definition: `pg_get_constraintdef(k.oid)`,
    inherited: `not k.conislocal`,
    comment: commentOf('k.oid', 'pg_constraint'),
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_constraint k on k.conrelid = c.oid
where k.conparentid = 0 and (
  k.contype in ('c', 'f', 'p', 'u', 'x')
  or k.contype = 'n' and (not k.convalidated or k.connoinherit)
)`,
}

export const INDEXES: CatalogQuery = {
  kind: 'index',
  relation: `c.relname`,
  name: `x.relname`,
  fields: {
    definition: `pg_get_indexdef(i.indexrelid)`,
  },
  rare: {
    when: `not i.indisvalid or i.indisclustered or i.indisreplident or x.relispartition
        or z.description is not null`,
    fields: {
      invalid: `not i.indisvalid`,
      clustered: `i.indisclustered`,
      replicaIdentity: `i.indisreplident`,
      partitionOf: `(
        select p.inhparent::regclass::text from pg_inherits p where p.inhrelid = i.indexrelid
      )`,
      comment: `z.description`,
    },
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_index i on i.indrelid = c.oid
join pg_class x on x.oid = i.indexrelid
left join pg_description z
  on z.objoid = i.indexrelid and z.classoid = 'pg_class'::regclass and z.objsubid = 0
where c.relkind in ('r', 'p', 'm')`,
}

export const TRIGGERS: CatalogQuery = {
  kind: 'trigger',
  relation: `c.relname`,
  name: `t.tgname`,
  fields: {
    definition: `pg_get_triggerdef(t.oid)`,
    enabled: `nullif(t.tgenabled, 'O')`,
    comment: commentOf('t.oid', 'pg_trigger'),
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_trigger t on t.tgrelid = c.oid
where not t.tgisinternal and t.tgparentid = 0`,
}

export const POLICIES: CatalogQuery = {
  kind: 'policy',
  relation: `c.relname`,
  name: `p.polname`,
  fields: {
    command: `case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
        when 'd' then 'delete' else 'all' end`,
    restrictive: `not p.polpermissive`,
    roles: `array(
        select o.name from unnest(p.polroles) r, lateral (
          select case when r = 0 then 'public' else pg_get_userbyid(r)::text end
        ) o(name) order by o.name collate "C"
      )`,
    using: `pg_get_expr(p.polqual, p.polrelid)`,
    check: `pg_get_expr(p.polwithcheck, p.polrelid)`,
    comment: commentOf('p.oid', 'pg_policy'),
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_policy p on p.polrelid = c.oid`,
}

export const RULES: CatalogQuery = {
  kind: 'rule',
  relation: `c.relname`,
  name: `r.rulename`,
  fields: {
    definition: `pg_get_ruledef(r.oid)`,
    enabled: `nullif(r.ev_enabled, 'O')`,
    comment: commentOf('r.oid', 'pg_rewrite'),
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_rewrite r on r.ev_class = c.oid
where r.rulename <> '_RETURN'`,
}

export const STATISTICS: CatalogQuery = {
  kind: 'statistics',
  relation: `c.relname`,
  name: `x.stxname`,
  fields: {
    definition: `pg_get_statisticsobjdef(x.oid)`,
    owner: `pg_get_userbyid(x.stxowner)`,
    target: `nullif(x.stxstattarget, -1)`,
    comment: commentOf('x.oid', 'pg_statistic_ext'),
  },
  from: `
from spaces s
join pg_class c on c.relnamespace = s.oid
join pg_statistic_ext x on x.stxrelid = c.oid`,
}
