import { type CreatedKey, type CreateInput, type Keyring, PlanLimitReached } from '@keywright/core'

/** Creates a key, or says what the plan allows. */
export async function createOrOffer(
  keyring: Pick<Keyring, 'create'>,
  input: CreateInput,
): Promise<CreatedKey | { readonly upgrade: string }> {
  try {
    return await keyring.create(input)
  } catch (error) {
    if (!(error instanceof PlanLimitReached)) throw error
    return { upgrade: `Your plan has ${error.limit} keys, and ${error.used} are in use.` }
  }
}
