import { PgPoolSessionSource } from '@plataforma/core'

interface MySourceOptions {
  readonly connectionString: string
  readonly max: number
  readonly acquireTimeoutMs: number
  readonly closeTimeoutMs: number
}

/** What an example imports as `./my-source.js`: a source of sessions that somebody wrote. */
export class MySource extends PgPoolSessionSource {
  constructor({ connectionString, ...limits }: MySourceOptions) {
    super({ ...limits, logins: { loginOf: () => ({ key: 'mine', config: { connectionString } }) } })
  }
}
