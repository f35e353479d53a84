import { type Keyring, type RewrapResult, type Sealer, sealer } from '@keywright/core'

/** Step 1: every process knows both keys. Step 2: `current` is the new one. */
export function sealerOfStep(
  step: 1 | 2,
  { OLD_SEAL, NEW_SEAL }: Readonly<Record<string, string | undefined>>,
): Sealer {
  return sealer({ current: step === 1 ? 's1' : 's2', keys: { s1: OLD_SEAL, s2: NEW_SEAL } })
}

/** Step 3, once all processes are at step 2: the old key can go when this says that nothing is unreadable. */
export function sealAnew(keyring: Pick<Keyring, 'rewrap'>): Promise<RewrapResult> {
  return keyring.rewrap()
}
