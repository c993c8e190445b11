import { type Channel, channel } from 'node:diagnostics_channel'

/** What the channels `plataforma:pool:…` tell, by the last part of their name. */
export interface PoolMessages {
  /** A connection is open. */
  readonly opened: PoolMessage & { readonly tookMs: number }
  /** An attempt to connect failed. */
  readonly refused: PoolMessage & { readonly error: unknown }
  /** A connection is no longer used; its backend goes. */
  readonly ended: PoolMessage
  /** A caller has a connection. */
  readonly acquired: ModuleMessage & { readonly waitedMs: number }
  /** A caller has given it back. */
  readonly released: ModuleMessage & { readonly heldMs: number }
  /** A caller waited for as long as it may: `PLT_POOL_TIMEOUT`. */
  readonly timeout: ModuleMessage
  /** A caller was turned away: `PLT_POOL_OVERLOADED`. */
  readonly shed: ModuleMessage
  /** A caller has sent nothing on its connection for `leakDetectionMs`; `stack` says who it is. */
  readonly leak: ModuleMessage & { readonly heldMs: number; readonly stack: string }
  /** The places of this process changed. */
  readonly budget: { readonly pools: object; readonly places: number; readonly before: number }
}

interface PoolMessage {
  /** The `MultiPoolManager`, or the `Pool` that stands alone. */
  readonly pools: object
  /** Key of the login whose connection it is. */
  readonly login: string
}

interface ModuleMessage extends PoolMessage {
  /** That of the system's own identities stands in parentheses. */
  readonly module: string
}

/** The last part of a channel's name. */
export type PoolEvent = keyof PoolMessages

/** Channels of `node:diagnostics_channel`, shared by all pools of the process. */
export const poolChannels: { readonly [Event in PoolEvent]: Channel<PoolMessages[Event]> } = {
  opened: poolChannel('opened'),
  refused: poolChannel('refused'),
  ended: poolChannel('ended'),
  acquired: poolChannel('acquired'),
  released: poolChannel('released'),
  timeout: poolChannel('timeout'),
  shed: poolChannel('shed'),
  leak: poolChannel('leak'),
  budget: poolChannel('budget'),
}

function poolChannel<Event extends PoolEvent>(event: Event): Channel<PoolMessages[Event]> {
  return channel(`plataforma:pool:${event}`) as unknown as Channel<PoolMessages[Event]>
}
