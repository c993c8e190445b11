/**
 * For a developer's machine: a documented secret, one shared login, and calls without a tenant act
 * as the system.
 *
 * @example
 * const system = createPlatformaDatabaseSystem({
 *   ...DEVELOPMENT_CONFIG,
 *   connectionString: process.env.DATABASE_URL,
 * })
 */
export const DEVELOPMENT_CONFIG = {
  mode: 'development',
  tenantContext: 'optional',
  isolation: { login: 'shared' },
  connectionString: 'postgresql://localhost:5432/plataforma_dev',
  ssl: false,
  poolConfig: { min: 2, max: 10 },
  features: {
    migrations: true,
    isolation: true,
    caching: true,
    security: true,
    backup: true,
    partitioning: false,
  },
} as const
