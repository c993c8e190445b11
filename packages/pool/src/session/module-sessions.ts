import type { Session, SessionRequest, SessionSource, SessionSourceStats } from '@plataforma/core'

/** Sessions that are taken for one module, whoever asks; closing them closes nothing else. */
export class ModuleSessions implements SessionSource {
  readonly #sessions: SessionSource
  readonly #module: string
  readonly stats: () => SessionSourceStats

  constructor(sessions: SessionSource, module: string, stats: () => SessionSourceStats) {
    this.#sessions = sessions
    this.#module = module
    this.stats = stats
  }

  acquire(request: SessionRequest): Promise<Session> {
    return this.#sessions.acquire({ ...request, module: this.#module })
  }

  async close(): Promise<void> {}
}
