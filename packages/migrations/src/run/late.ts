import { sqlStateOf } from './sql-state.js'

const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK = '40P01'
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 10_000

/** Whether an error says no more than that others held what was asked for. */
export function isLate(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === LOCK_NOT_AVAILABLE || state === DEADLOCK
}

/** Milliseconds until what came too late is tried again; attempts count from 1. */
export function pauseBefore(attempt: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  return Math.round(pause * (0.5 + Math.random() / 2))
}
