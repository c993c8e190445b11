import type { PostgresServer } from '@plataforma/testkit'
import type { Figure } from './report/figure.js'

/** What the cases share. */
export interface BenchSetting {
  readonly server: PostgresServer
  /** Says what is being done. */
  tell(line: string): void
}

/** One line of the table of figures. */
export interface BenchCase {
  /** To choose it by on the command line. */
  readonly name: string
  readonly title: string
  run(setting: BenchSetting): Promise<readonly Figure[]>
}
