/** Whether servers are to come from Testcontainers (`PLATAFORMA_TEST_CONTAINERS=1`). */
export function containersAreAsked(): boolean {
  return process.env.PLATAFORMA_TEST_CONTAINERS === '1'
}
