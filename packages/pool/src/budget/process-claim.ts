import { randomBytes } from 'node:crypto'

/** What a process says of itself to the others. */
export interface ProcessClaim {
  readonly id: string
  /** Places that would be of use to it. */
  readonly wants: number
  /** Places that nobody else may use. */
  readonly has: number
}

const LARGEST = 99_999
/** PostgreSQL cuts an `application_name` after 63 bytes; this one has 50 at the most. */
const NAME = /^plt:([A-Za-z0-9_.-]{1,24}):([A-Za-z0-9_-]{8}):(\d{1,5}):(\d{1,5})$/

export const GROUP_NAME = /^[A-Za-z0-9_.-]{1,24}$/

/** No two processes of a server have the same, as far as chance can tell. */
export function newProcessId(): string {
  return randomBytes(6).toString('base64url')
}

/** The claim as an `application_name`, which every login of the server may read. */
export function nameOfClaim(group: string, { id, wants, has }: ProcessClaim): string {
  return `plt:${group}:${id}:${bounded(wants)}:${bounded(has)}`
}

/** `undefined` for a name that is no claim, or one of another group. */
export function claimOfName(group: string, name: string): ProcessClaim | undefined {
  const [, itsGroup, id, wants, has] = NAME.exec(name) ?? []
  if (itsGroup !== group || id === undefined) return undefined
  return { id, wants: Number(wants), has: Number(has) }
}

function bounded(places: number): number {
  return Math.min(LARGEST, Math.max(0, Math.ceil(places)))
}
