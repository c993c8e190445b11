import { AsyncLocalStorage } from 'node:async_hooks'
import type { Session } from './session.js'

/** Who keeps a session while other code runs, such as an open transaction. */
export interface SessionHolder {
  /** `undefined` as long as none was needed. */
  readonly session: Session | undefined
  /** Whether it keeps none any more, nor ever will. */
  readonly isOver: boolean
}

interface Frame {
  readonly holder: SessionHolder
  readonly outer: Frame | undefined
}

const frames = new AsyncLocalStorage<Frame>()

/** The session that this asynchronous call is made inside of, whatever system it belongs to. */
export function heldSession(): Session | undefined {
  for (let frame = frames.getStore(); frame !== undefined; frame = frame.outer) {
    const { session } = frame.holder
    if (session !== undefined) return session
  }
  return undefined
}

export function runHolding<T>(holder: SessionHolder, fn: () => T): T {
  return frames.run(frameOf(holder), fn)
}

/** From here on to the end of the current asynchronous function. */
export function beginHolding(holder: SessionHolder): void {
  frames.enterWith(frameOf(holder))
}

function frameOf(holder: SessionHolder): Frame {
  let outer = frames.getStore()
  while (outer !== undefined && (outer.holder === holder || outer.holder.isOver)) {
    outer = outer.outer
  }
  return { holder, outer }
}
