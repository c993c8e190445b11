import type { DatabasePlugin } from '@plataforma/core'
import type { FeatureName } from '../config/features.js'
import type { SystemConfig } from '../config/system-config.js'
import type { MANAGER_FEATURES, ManagerName } from './manager-factories.js'
import type { Packages } from './packages.js'

/** `true`, `false`, or `boolean` where the configuration's type does not say. */
type SwitchOf<Config extends SystemConfig, Feature extends FeatureName> = Config extends {
  readonly features: infer Features
}
  ? Features extends { readonly [Name in Feature]: infer Switch }
    ? Switch
    : Feature extends keyof Features
      ? boolean
      : true
  : 'features' extends keyof Config
    ? boolean
    : true

type BuiltManager<All, Name extends ManagerName> = All extends {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the factory takes
  readonly [Key in Name]: (...config: any) => DatabasePlugin<string, infer Manager>
}
  ? Manager
  : undefined

/**
 * What stands under a manager's name: the manager where its feature is literally `true`,
 * `undefined` where it is literally `false` or this build has no such package.
 */
export type ManagerOf<
  Name extends ManagerName,
  Config extends SystemConfig,
  All = Packages,
> = (typeof MANAGER_FEATURES)[Name] extends infer Feature extends FeatureName
  ? SwitchOf<Config, Feature> extends infer Switch
    ? [Switch] extends [true]
      ? BuiltManager<All, Name>
      : [Switch] extends [false]
        ? undefined
        : BuiltManager<All, Name> | undefined
    : never
  : BuiltManager<All, Name>
