import { type Machine, thisMachine } from '../machine/machine.js'

/** Whether servers are to come from Testcontainers (`PLATAFORMA_TEST_CONTAINERS=1`). */
export function containersAreAsked({ env }: Machine = thisMachine): boolean {
  return env.PLATAFORMA_TEST_CONTAINERS === '1'
}
