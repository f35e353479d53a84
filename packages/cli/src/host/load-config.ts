import type { Keyring } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { Failure, type HostModules } from '../terminal/index.js'
import { defineConfig, type KeywrightConfig } from './define-config.js'

/** A configuration whose keyring is there. */
export interface LoadedConfig extends Omit<KeywrightConfig, 'keyring'> {
  readonly keyring: Keyring
}

/** @throws {@link Failure} that says what is wrong with the file, or what it threw. */
export async function loadConfig(modules: HostModules, path: string): Promise<LoadedConfig> {
  const module = await attempt(path, 'could not be loaded', () => modules.load(path))
  const exported = module?.default
  if (typeof exported !== 'object' || exported === null)
    throw new Failure('config_failed', `${path} must export default defineConfig({ keyring }).`)
  // Checked here, whatever its type: it may have been written without defineConfig.
  return attempt(path, 'is wrong', async () => {
    const config = defineConfig(exported as KeywrightConfig)
    const keyring = typeof config.keyring === 'function' ? await config.keyring() : config.keyring
    adapterOf(keyring)
    return { ...config, keyring }
  })
}

async function attempt<T>(path: string, fault: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    throw new Failure('config_failed', `${path} ${fault}.`, { cause })
  }
}
