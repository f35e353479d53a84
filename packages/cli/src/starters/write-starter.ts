import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../terminal/index.js'
import type { PlannedFile } from './plan-starter.js'

/** Writes what was planned. @throws {@link Failure} that names the file which could not be written. */
export async function writeStarter(folder: string, files: readonly PlannedFile[]): Promise<void> {
  for (const { path, action, text, isSecret = false } of files) {
    if (action === 'keep') continue
    const place = join(folder, path)
    try {
      await mkdir(dirname(place), { recursive: true })
      // `wx`: what somebody else has written meanwhile is not ours to replace.
      if (action === 'create') await writeFile(place, text, { flag: 'wx', mode: isSecret ? 0o600 : 0o666 })
      else await appendFile(place, text)
    } catch (cause) {
      throw new Failure('unwritable_file', `${place} could not be written.`, { cause })
    }
  }
}
