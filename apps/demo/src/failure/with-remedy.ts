import { DemoError } from './demo-error.js'

/** What to say where something fails. */
export interface FailureWords {
  readonly what: string
  readonly remedy: string
}

/** Runs something; where it fails, the error says what and what to do. */
export async function withRemedy<T>(words: FailureWords, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new DemoError(words.what, words.remedy, error)
  }
}
