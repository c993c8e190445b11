import pg from 'pg'

/** Looks all the time at how many clients a server has, as an observer in a place of its own. */
export class BackendSampler {
  readonly #client: pg.Client
  #most = 0
  #sampling: Promise<void> | undefined
  #isOver = false
  samples = 0

  constructor(connectionString: string) {
    this.#client = new pg.Client(connectionString)
    this.#client.on('error', () => {})
  }

  async start(): Promise<void> {
    await this.#client.connect()
    this.#sampling = this.#sample()
  }

  /** Most at one time since it was last asked. */
  takeMost(): number {
    const most = this.#most
    this.#most = 0
    return most
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#sampling
    await this.#client.end().catch(() => {})
  }

  async #sample(): Promise<void> {
    while (!this.#isOver) {
      const { rows } = await this.#client.query(
        `select count(*)::int as clients from pg_stat_activity
          where backend_type = 'client backend' and pid <> pg_backend_pid()`,
      )
      this.#most = Math.max(this.#most, rows[0].clients)
      this.samples += 1
    }
  }
}
