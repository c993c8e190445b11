import type { Socket } from 'node:net'
import { ConditionedPipe } from './conditioned-pipe.js'
import type { Direction, NetworkConditions } from './network-conditions.js'

/** A client's connection and the one to the server that belongs to it. */
export class ProxiedConnection {
  readonly #sockets: readonly [Socket, Socket]
  readonly #pipes: readonly [ConditionedPipe, ConditionedPipe]

  constructor(
    client: Socket,
    server: Socket,
    conditions: Readonly<Record<Direction, NetworkConditions>>,
  ) {
    this.#sockets = [client, server]
    this.#pipes = [
      new ConditionedPipe(client, server, conditions.toServer),
      new ConditionedPipe(server, client, conditions.toClient),
    ]
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true)
      socket.on('error', () => other.resetAndDestroy())
      socket.on('close', () => {
        if (!other.writableEnded) other.destroy()
      })
    }
  }

  pump(): void {
    for (const pipe of this.#pipes) pipe.pump()
  }

  /** Closes both ends; what was on its way is lost. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** As `cut`, with a reset (RST) instead of an orderly end. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }
}
