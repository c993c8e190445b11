import type { Kysely } from 'kysely'

/** A Kysely of the caller, whatever tables its type has. */
// biome-ignore lint/suspicious/noExplicitAny: a Kysely with tables is no Kysely<unknown>
export type GivenDatabase = Kysely<any>
