import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers'
import { freePort } from '../machine/free-port.js'

/** What to run. */
export interface ContainerRequest {
  readonly image: string
  /** Inside the container. */
  readonly port: number
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** A running container of one server. */
export interface ServerContainer {
  readonly host: string
  readonly port: number
  /** Ends the server by a signal and waits for its end; the container stays. */
  stop(signal: NodeJS.Signals): Promise<void>
  start(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  remove(): Promise<void>
  output(command: readonly string[]): Promise<string>
}

/** Runs a container; Testcontainers removes it after us, however we end. */
export async function startContainer(request: ContainerRequest): Promise<ServerContainer> {
  // A port of our choice: one that Docker chooses would change with every restart.
  const port = await freePort()
  const started = await new GenericContainer(request.image)
    .withEnvironment({ ...request.environment })
    .withCommand([...request.command])
    .withExposedPorts({ container: request.port, host: port })
    .withWaitStrategy(Wait.forListeningPorts())
    .start()
    .catch((cause) => {
      const message = `PLATAFORMA_TEST_CONTAINERS=1 asks for ${request.image}, which did not start`
      throw new Error(`${message}: ${cause instanceof Error ? cause.message : cause}`, { cause })
    })
  const runtime = await getContainerRuntimeClient()
  const container = runtime.container.getById(started.getId())
  return {
    host: started.getHost(),
    port,
    async stop(signal) {
      const ended = container.wait()
      await container.kill({ signal })
      await ended
    },
    start: () => container.start(),
    pause: () => container.pause(),
    resume: () => container.unpause(),
    async remove() {
      await started.stop()
    },
    output: async (command) => (await started.exec([...command])).output,
  }
}
