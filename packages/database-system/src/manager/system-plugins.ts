import type { DatabasePlugin, Feature } from '@plataforma/core'
import { featureIsSwitchedOn } from '../config/features.js'
import type { SystemConfig } from '../config/system-config.js'
import { MANAGER_FEATURES, type ManagerFactories, type ManagerName } from './manager-factories.js'

/** Whether the configuration leaves a manager on. */
function managerIsSwitchedOn(config: SystemConfig, name: ManagerName): boolean {
  const feature = MANAGER_FEATURES[name]
  return feature === undefined || featureIsSwitchedOn(config.features, feature)
}

/** The plugins of those packages that the configuration leaves on. */
export function systemPlugins(
  config: SystemConfig,
  packages: ManagerFactories,
): readonly DatabasePlugin[] {
  return Object.keys(MANAGER_FEATURES)
    .filter((name) => name in packages)
    .map((name) => name as ManagerName)
    .flatMap((name) => (managerIsSwitchedOn(config, name) ? (packages[name]?.(config) ?? []) : []))
}

/** Table options of what is switched off: they are left out with a warning instead of refused. */
export function switchedOff(config: SystemConfig): readonly Feature[] {
  const { features } = config
  const off: Feature[] = []
  if (!featureIsSwitchedOn(features, 'security')) off.push('audit')
  if (!featureIsSwitchedOn(features, 'caching')) off.push('cache')
  if (!featureIsSwitchedOn(features, 'partitioning')) off.push('partition')
  return off
}
