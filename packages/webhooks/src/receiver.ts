export { type ReceivedWebhook, verifyWebhook, type WebhookVerdict } from './signature/verify-webhook.js'
