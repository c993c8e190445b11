/**
 * Where the generated row types of a program's modules are told to the system.
 *
 * @example
 * declare module '@plataforma/database-system' {
 *   interface Register {
 *     modules: Modules
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface Register {}

/** The modules of `Register`, none where nothing is registered. */
export type RegisteredModules = Register extends { readonly modules: infer Modules }
  ? Modules
  : Record<never, never>
