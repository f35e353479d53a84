import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { secretScanning } from '@keywright/core/token'

/** Writes the rules for gitleaks and TruffleHog, and returns the pattern for GitHub. */
export async function writeScannerRules(folder: string): Promise<string> {
  const { regex, gitleaks, trufflehog } = secretScanning(['tb_live', 'tb_test'])
  await writeFile(join(folder, '.gitleaks.toml'), gitleaks)
  await writeFile(join(folder, 'trufflehog.yaml'), trufflehog)
  return regex
}
