import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** A way to a server that takes longer, in a thread of its own so that it costs the client nothing. */
export class SlowNetwork implements AsyncDisposable {
  readonly #worker: Worker
  readonly #port: number

  private constructor(worker: Worker, port: number) {
    this.#worker = worker
    this.#port = port
  }

  /** @param delayMs milliseconds for each direction */
  static async to(
    { host, port }: { readonly host: string; readonly port: number },
    delayMs: number,
  ): Promise<SlowNetwork> {
    const worker = new Worker(new URL('./proxy-worker.ts', import.meta.url), {
      workerData: { host, port, delayMs },
    })
    const [proxyPort] = await once(worker, 'message')
    return new SlowNetwork(worker, Number(proxyPort))
  }

  /** The same connection string, this way. */
  url(connectionString: string): string {
    const url = new URL(connectionString)
    url.hostname = '127.0.0.1'
    url.port = String(this.#port)
    return url.href
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#worker.postMessage('close')
    await this.#worker.terminate()
  }
}
