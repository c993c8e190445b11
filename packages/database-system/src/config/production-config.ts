/**
 * For production: TLS with a verified certificate, a login for each module, a tenant for every
 * call. It asks for a secret: `PLATAFORMA_SECRET`, or `secret`.
 *
 * @example
 * const system = createPlatformaDatabaseSystem(PRODUCTION_CONFIG)
 */
export const PRODUCTION_CONFIG = {
  mode: 'production',
  tenantContext: 'required',
  isolation: { login: 'dedicated' },
  // Read when it is used: a program may load its environment from a file after this import.
  get connectionString(): string | undefined {
    return process.env.DATABASE_URL
  },
  ssl: true,
  poolConfig: { min: 5, max: 50 },
  features: {
    migrations: true,
    isolation: true,
    caching: true,
    security: true,
    backup: true,
    partitioning: true,
  },
} as const
