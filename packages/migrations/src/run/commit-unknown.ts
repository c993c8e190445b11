import type { Backend } from './migration-session.js'

interface LostCommit {
  readonly module: string
  readonly name: string
  /** Number of the transaction, by which the server tells what has become of it. */
  readonly transaction: string
  readonly backend: Backend
}

/** The session was lost in a COMMIT: the server alone knows whether it has happened. */
export class CommitUnknown extends Error {
  readonly lost: LostCommit

  constructor({ cause, ...lost }: LostCommit & { readonly cause: unknown }) {
    super('The connection was lost during COMMIT.', { cause })
    this.lost = lost
  }
}
