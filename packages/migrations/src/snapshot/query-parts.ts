/** The comment on an object of a catalog, as a scalar subquery. */
export function commentOf(oid: string, catalog: string, column = '0'): string {
  return `(select z.description from pg_description z
      where z.objoid = ${oid} and z.classoid = '${catalog}'::regclass and z.objsubid = ${column})`
}

/** Whether an object came with an extension, which is no part of the schema's own. */
export function isOfExtension(oid: string, catalog: string): string {
  return `exists (select from pg_depend z
      where z.classid = '${catalog}'::regclass and z.objid = ${oid} and z.deptype = 'e')`
}
