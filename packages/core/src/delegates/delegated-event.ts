/** A token was delegated: `delegateId` names it in what comes later. */
export interface DelegatedEvent {
  readonly type: 'api_key.delegated'
  readonly keyId: string
  readonly organizationId?: string | undefined
  readonly delegateId: string
  readonly depth: number
  readonly expiresAt: Date
}
