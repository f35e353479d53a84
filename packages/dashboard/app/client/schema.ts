// Generated from the OpenAPI document of @keywright/api by `pnpm generate`.
export interface paths {
    "/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the keys that the caller may list, and their calls
         * @description The keys are those that `GET` of the list shows to this caller.
         */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count calls and refusals by hour or day, for one key or for all
         * @description Without `key_id`, the calls of all keys, which needs the permission to manage all keys. The default is the last 24 hours; at most 92 days. A day is one in UTC.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit log, newest first
         * @description The log has one record for each change, reveal and export. `data` says what was changed.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export the audit log, oldest first; the export itself is recorded
         * @description JSON Lines have each record as it is hashed, in the spelling of the keyring, so that the file can be checked later without the API. CSV is for spreadsheets and has the names of the list.
         */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count the calls and refusals of each of some keys, by hour or day
         * @description For a page of the list. If the caller may not reach one of the keys, the answer is 404. The default is the last 24 hours; at most 92 days, and at most 20,000 hours or days of all keys together.
         */
        get: operations["getUsageOfKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage/top": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Name the keys with the most calls
         * @description The keys are those that `GET /stats` counts for this caller. The default is the last 24 hours; at most 92 days.
         */
        get: operations["listTopKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what is left of the budget of a person or the organisation
         * @description It is empty where the product sets no such budget.
         */
        get: operations["getBudgets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/budget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what is left of the budgets that a key is under
         * @description Its own, the one of its owner, and the one of the organisation: those that there are.
         */
        get: operations["getKeyBudget"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/budget/grant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add credits to the budget of a key, with a record in the log
         * @description They are spent after the limit, and stay until they are spent. Needs the permission to manage all keys. A request that is sent again with its `Idempotency-Key` grants nothing more, and is answered with what is left.
         */
        post: operations["grantCredits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check that no record of the audit log was changed, removed or inserted
         * @description A long log takes several requests: while `complete` is false, ask again with the `checkpoint` of the answer. A checkpoint that is kept outside the database shows later whether the log goes on from it; whether what was before it still leads to it, a check from the beginning shows, which must come by the same record.
         */
        get: operations["verifyAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/self": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the key that sends the request
         * @description For a client that asks which key it has. It needs no permission, and also works where API keys may not manage keys. A person is answered with 403.
         */
        get: operations["getSelf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What keys can be given, and what of it by this caller
         * @description For a page on which keys are created: what a creation accepts, what this caller may give, and the bounds of each field.
         */
        get: operations["getCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/resources/{type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the resources of a type that a key can be given
         * @description The product decides which resources the caller can choose from.
         */
        get: operations["listResources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List people whose keys there may be
         * @description For a page of those who manage all keys. The product decides whom it lists; the first 100 are shown.
         */
        get: operations["listPeople"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bulk/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke several keys, now or at a time
         * @description Each key is changed, checked and recorded by itself, as the request for it alone would be, so one that is refused stops no other. To send the request again changes no key twice. A filter selects at most `limit` keys; with `next_cursor`, the next request goes on. Sent again, a filter with a `limit` may select others: to repeat a request whose answer was lost, send `ids`.
         */
        post: operations["bulkRevokeKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bulk/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable several keys
         * @description Each key is changed, checked and recorded by itself, as the request for it alone would be, so one that is refused stops no other. To send the request again changes no key twice. A filter selects at most `limit` keys; with `next_cursor`, the next request goes on. Sent again, a filter with a `limit` may select others: to repeat a request whose answer was lost, send `ids`.
         */
        post: operations["bulkDisableKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bulk/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable several keys
         * @description Each key is changed, checked and recorded by itself, as the request for it alone would be, so one that is refused stops no other. To send the request again changes no key twice. A filter selects at most `limit` keys; with `next_cursor`, the next request goes on. Sent again, a filter with a `limit` may select others: to repeat a request whose answer was lost, send `ids`.
         */
        post: operations["bulkEnableKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bulk/revoke-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke all keys of somebody, or from before a time, with those they created
         * @description For a person who leaves, a key that leaked, or a restored backup. Each key is revoked by itself, with its own record. A request that was cut off is sent again: what is revoked is not met again. With `next_cursor`, the next request goes on.
         */
        post: operations["revokeAllKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a key of the organisation to another owner, or to who answers for it
         * @description Its token stays. A caller transfers a key whose rights they have. The own key of a person cannot be transferred: revoke it.
         */
        post: operations["transferKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/rotation-schedule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read how often a key gets a new token, and how far that is
         * @description The product makes the new token and delivers it to where the client finds it. No answer shows it.
         */
        get: operations["getRotationSchedule"];
        /**
         * Let a key get a new token every so often; the product delivers it
         * @description The first one comes after `every_ms`. The token before it works until the new one is delivered, and for `grace_ms` after that. While a new token waits to be delivered, the change takes effect with the one after it.
         */
        put: operations["setRotationSchedule"];
        post?: never;
        /**
         * End the schedule of a key; its token stays as it is
         * @description A key without a schedule is answered in the same way. While a new token waits to be delivered, this is refused: nobody else would deliver it.
         */
        delete: operations["endRotationSchedule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the types of events that webhooks can be sent
         * @description A webhook is sent an event if its key has the scope of its type, on the resource that it is about.
         */
        get: operations["listWebhookEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How much waits, and how webhooks are doing
         * @description Of all keys of the organisation, which needs the permission to manage all keys.
         */
        get: operations["getWebhooksStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an event of type `webhook.test`, once, and say what came of it
         * @description It is signed and sent as every other event is. The answer takes as long as that of the receiver.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was sent to a webhook, or waits to be sent, newest first
         * @description Each with its last attempts. The product keeps deliveries for some time.
         */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}/deliveries/{event_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read what became of one event
         * @description An event that was not for this webhook is answered as one that never was.
         */
        get: operations["getWebhookDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send one event again, or those of a time that were not delivered
         * @description Of a time, at most 10,000, also those that happened while the webhook was paused. What the key may not hear of when it is sent is dropped.
         */
        post: operations["replayWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the webhooks of a key, newest first
         * @description A key that the caller may not reach is answered as one that does not exist.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Attach a webhook to a key; only this response shows its secret
         * @description It is sent what the key may hear of when an event is sent, so the caller needs all that the key has, as to rotate it.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one webhook
         * @description A webhook of another key is answered as one that does not exist.
         */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook, and what is known of its deliveries
         * @description What waits is not sent. The records of its changes stay in the log.
         */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /**
         * Change the settings of a webhook; fields that are left out stay as they are
         * @description What waits to be sent goes to the new URL. Like a creation, it needs all that the key has.
         */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send nothing until the webhook is resumed
         * @description What waits is held. Events that happen meanwhile are not queued, but can be sent by a replay.
         */
        post: operations["pauseWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send again, also what was held
         * @description Also after the product disabled the webhook. Like a creation, it needs all that the key has.
         */
        post: operations["resumeWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/webhooks/{webhook_id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a webhook a new secret; only this response shows it
         * @description For `grace_ms`, both secrets sign, so that the receiver can take the new one at leisure. Like a creation, it needs all that the key has.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description A key must meet all that is asked for. An API key that may not manage all keys lists those that it created.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Create a key; only this response shows its token
         * @description A caller gives a key no more than they have, and the policy of the product may ask for an end or for addresses. With `copy_from`, settings that are left out are those of another key.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read one key
         * @description A key that the caller may not reach is answered as one that does not exist.
         */
        get: operations["getKey"];
        put?: never;
        post?: never;
        /**
         * Revoke a key; with `permanent=true`, also delete it
         * @description A deleted key is in no list any more. Its records stay in the log.
         */
        delete: operations["deleteKey"];
        options?: never;
        head?: never;
        /**
         * Change the settings of a key; fields that are left out stay as they are
         * @description Send the `ETag` of the key as `If-Match`, so that no change of somebody else is undone.
         */
        patch: operations["updateKey"];
        trace?: never;
    };
    "/{id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a disabled key; its token stays the same
         * @description A key that is locked is enabled by whoever disabled it, or by somebody who may manage all keys.
         */
        post: operations["enableKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable a key: its requests are refused until it is enabled
         * @description Whoever disables a key of somebody else locks it for its owner. A key that is disabled keeps its reason.
         */
        post: operations["disableKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a key, now or at a time; it can never be used again
         * @description This cannot be undone. The key stays in lists. With `at`, the key expires then, unless it would end before; until then, a change of `expires_at` may still move its end, which nothing does for a key that is revoked.
         */
        post: operations["revokeKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a key a new token; only this response shows it
         * @description The key keeps its id, its settings and its history. With `grace_ms`, the previous token works for a while.
         */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/{id}/reveal": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show the token of a key again; every time is recorded
         * @description Needs a fresh login, and a product that keeps tokens. At most five an hour for each person.
         */
        post: operations["revealKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description The request is not valid; `errors` names each part that is wrong. */
        BadRequestProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:invalid_input
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Bad request
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 400;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "invalid_input" | "scope_unknown" | "malformed_body";
            /** @description Each thing that is wrong with the request, in its order. */
            errors?: components["schemas"]["FieldProblem"][];
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description One thing that is wrong with a request, and where. */
        FieldProblem: {
            /**
             * @description A JSON Pointer (RFC 6901) into the body.
             * @example /rate_limits/0/window_ms
             */
            pointer?: string;
            /**
             * @description The name of a parameter of the query or the path.
             * @example limit
             */
            parameter?: string;
            /**
             * @description The name of a header.
             * @example If-Match
             */
            header?: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "required" | "unknown" | "repeated" | "type" | "value" | "unknown_name" | "exceeds";
            /** @description What was expected, in a sentence. */
            detail: string;
        };
        /** @description Nobody is signed in. */
        NotAuthenticatedProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:not_authenticated
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Not authenticated
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 401;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "not_authenticated";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The caller is not allowed to do this. */
        NotPermittedProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:not_permitted
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Not permitted
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 403;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "not_permitted" | "scope_exceeds_actor" | "key_locked" | "cross_site" | "not_fresh";
            /** @description Each thing that is wrong with the request, in its order. */
            errors?: components["schemas"]["FieldProblem"][];
            /** @description The scope that the caller lacks for this operation. */
            missing?: string[];
            /** @description What the caller would give without having it. */
            exceeding?: string[];
            /** @description Who disabled the key; null: it is not known. */
            disabled_by?: components["schemas"]["Actor"] | null;
            /**
             * @description How old a login may be, in milliseconds.
             * @example 300000
             */
            max_age_ms?: number;
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description Who did something. */
        Actor: {
            /**
             * @description `system` is the product itself.
             * @enum {string}
             */
            type: "user" | "key" | "system";
            /**
             * @description An id that the product gives.
             * @example user_42
             */
            id: string;
            /**
             * @description The name that people see; null: not known. It is there if the product names people.
             * @example Ada Lovelace
             */
            name?: string | null;
        };
        /** @description There is no such key, or webhook of a key, among those that the caller may reach. */
        NotFoundProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:key_not_found
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Not found
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 404;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "key_not_found" | "webhook_not_found" | "not_found";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The answer exists in no form that `Accept` names. */
        NotAcceptableProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:not_acceptable
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Not acceptable
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 406;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "not_acceptable";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The status of the key or of the webhook, a limit or a policy does not allow this. */
        ConflictProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:invalid_state
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Conflict
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 409;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "invalid_state" | "key_rotated_meanwhile" | "plan_limit_reached" | "policy_violated" | "reveal_unavailable" | "secret_already_shown" | "webhook_limit_reached" | "webhook_disabled" | "webhook_busy";
            /** @description Each thing that is wrong with the request, in its order. */
            errors?: components["schemas"]["FieldProblem"][];
            /**
             * @description The status that is in the way.
             * @example revoked
             */
            key_status?: string;
            /**
             * @description How many keys the plan allows, or webhooks a key may have.
             * @example 10
             */
            limit?: number;
            /**
             * @description How many of them there are.
             * @example 10
             */
            used?: number;
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            key_id?: string;
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The key was revoked, and its token was erased. */
        GoneProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:reveal_unavailable
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Gone
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 410;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "reveal_unavailable";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The key was changed since the version that `If-Match` names. */
        ChangedMeanwhileProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:key_changed
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Changed meanwhile
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 412;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "key_changed";
            /**
             * @description The version of the key now.
             * @example 4
             */
            version: number;
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The body is larger than 64 KB. */
        BodyTooLargeProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:body_too_large
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Body too large
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 413;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "body_too_large";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The body is not JSON, or it is compressed. */
        NotJsonProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:not_json
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Not JSON
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 415;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "not_json" | "encoded_body";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The `Idempotency-Key` was used for a different request. */
        RequestReusedProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:idempotency_key_reused
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Idempotency-Key used before
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 422;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "idempotency_key_reused";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The product asks for `If-Match` with this request. */
        VersionRequiredProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:if_match_required
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example If-Match required
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 428;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "if_match_required";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description Too many requests; `Retry-After` says when to try again. */
        TooManyRequestsProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:rate_limited
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Too many requests
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 429;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "rate_limited";
            /**
             * @description Seconds until it may be tried again.
             * @example 60
             */
            retry_after: number;
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description The keys, or the login of the product, cannot be reached. */
        UnavailableProblem: {
            /**
             * @description Names the code as a URI.
             * @example urn:keywright:problem:unavailable
             */
            type: string;
            /**
             * @description What the status means, for people.
             * @example Unavailable
             */
            title: string;
            /**
             * @description The status of the response.
             * @enum {number}
             */
            status: 503;
            /** @description What is wrong and what to do, in a sentence. */
            detail: string;
            /**
             * @description Stable: programs can rely on it.
             * @enum {string}
             */
            code: "unavailable" | "host_unavailable" | "store_unavailable" | "outcome_unknown" | "hasher_busy" | "reveal_unavailable";
            /**
             * @description The `X-Request-Id` of the answer.
             * @example req-7f3a
             */
            request_id: string;
        };
        /** @description How many keys there are, and how often they are used. */
        Stats: {
            /**
             * @description Keys that were ever created, those deleted since included.
             * @example 3
             */
            total_created: number;
            /**
             * @description Keys that work.
             * @example 3
             */
            active: number;
            /**
             * @description Keys that can be enabled again.
             * @example 3
             */
            disabled: number;
            /**
             * @description Keys whose time is over.
             * @example 3
             */
            expired: number;
            /**
             * @description Keys that were ended for good.
             * @example 3
             */
            revoked: number;
            /**
             * @description Calls in this hour and the 23 before it.
             * @example 3
             */
            calls_last_24h: number;
            /**
             * Format: date-time
             * @description The last call of any of these keys; null: none.
             * @example 2030-01-01T00:00:00.000Z
             */
            last_call_at: string | null;
        };
        /** @description Calls and refusals by hour or day. */
        Usage: {
            /** @description One entry for each hour or day, oldest first. */
            data: components["schemas"]["UsagePoint"][];
        };
        /** @description What happened in one hour or day. */
        UsagePoint: {
            /**
             * Format: date-time
             * @description When the hour, or the day in UTC, begins.
             * @example 2030-01-01T00:00:00.000Z
             */
            start: string;
            /**
             * @description Calls in that hour or day.
             * @example 3
             */
            count: number;
            /**
             * @description Requests with the right token that were refused all the same, by the code of the refusal. Guesses at a key are none of them.
             * @example {
             *       "api_key_expired": 2,
             *       "rate_limited": 14
             *     }
             */
            refusals: {
                [key: string]: number;
            };
        };
        /** @description A page of the audit log. */
        AuditPage: {
            /** @description The records. */
            data: components["schemas"]["AuditRecord"][];
            /** @description The `cursor` of the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description Something that was done. */
        AuditRecord: {
            /**
             * @description The number of the record: 1, 2, 3 … without gaps.
             * @example 1
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2030-01-01T00:00:00.000Z
             */
            at: string;
            /**
             * @description What happened.
             * @example api_key.created
             */
            type: string;
            actor: components["schemas"]["Actor"];
            /** @description The key that it is about; null: the log itself. */
            key_id: string | null;
            /** @description The request behind it. */
            context: {
                /** @description The `X-Request-Id` of the request. */
                request_id?: string;
                /** @description The address that the request came from. */
                ip?: string;
                /** @description The `User-Agent` of the request. */
                user_agent?: string;
            };
            /** @description What was changed. */
            data: {
                [key: string]: unknown;
            };
            /** @description The secret key that `hash` was made with. */
            audit_key_id: string | null;
            /** @description Covers this record and all before it. */
            hash: string;
        };
        /**
         * @description Only records of this type.
         * @example api_key.created
         * @enum {string}
         */
        AuditType: "api_key.created" | "api_key.imported" | "api_key.renamed" | "api_key.settings_changed" | "api_key.scopes_changed" | "api_key.grants_changed" | "api_key.limits_changed" | "api_key.enabled" | "api_key.disabled" | "api_key.revoked" | "api_key.end_scheduled" | "api_key.deleted" | "api_key.rotated" | "api_key.rotation_grace_ended" | "api_key.leak_reported" | "api_key.transferred" | "api_key.rotation_scheduled" | "api_key.delivered" | "api_key.revealed" | "audit.exported" | "audit.pruned" | "budget.granted" | "tool.called" | "webhook.created" | "webhook.updated" | "webhook.paused" | "webhook.resumed" | "webhook.secret_rotated" | "webhook.tested" | "webhook.replayed" | "webhook.disabled" | "webhook.deleted";
        /** @description Calls and refusals of several keys. */
        KeysUsage: {
            /** @description One entry for each key, in the order of the request. */
            data: {
                /**
                 * @description The id of a key.
                 * @example aB3dE5gH7jK9
                 */
                key_id: string;
                /** @description One entry for each hour or day, oldest first. */
                data: components["schemas"]["UsagePoint"][];
            }[];
        };
        /** @description The keys that are used most. */
        TopKeys: {
            /** @description The keys, the one with the most calls first. */
            data: {
                /**
                 * @description The id of a key.
                 * @example aB3dE5gH7jK9
                 */
                key_id: string;
                /**
                 * @description The name of the key; null: it was deleted.
                 * @example ci-pipeline
                 */
                name: string | null;
                /**
                 * @description Calls in the span of time.
                 * @example 3
                 */
                count: number;
            }[];
        };
        /** @description What is left of each budget. The least of them is what can be spent. */
        BudgetStates: {
            /** @description The budgets, the innermost first. */
            data: components["schemas"]["BudgetState"][];
        };
        /** @description What is left of a budget. */
        BudgetState: {
            /**
             * @description Whose budget it is: that of the key, of its owner, or of the organisation.
             * @enum {string}
             */
            holder: "key" | "owner" | "organization";
            /**
             * @description How many credits there are from the beginning.
             * @example 1000
             */
            limit: number;
            /** @description Credits that are left, those that were granted among them. */
            remaining: number;
            /**
             * @description What calls cost beyond all that there was: the next credits pay it.
             * @example 0
             */
            overdraft: number;
            /**
             * Format: date-time
             * @description When there are `limit` credits again; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            refills_at: string | null;
        };
        /** @description Credits that stay until they are spent. */
        GrantCredits: {
            /**
             * @description How many credits are added to the budget.
             * @example 500
             */
            credits: number;
        };
        /** @description What a check of the audit log found. */
        AuditVerdict: {
            /** @description Whether no fault was found in what was checked. */
            ok: boolean;
            /** @description Whether the check is over: at the end of the log, or at a fault. If not, ask again from `checkpoint`. */
            complete: boolean;
            /** @description Where the check ended; null after a fault. Kept elsewhere, it shows later whether the log was rewritten. */
            checkpoint: {
                /**
                 * @description The number of the last record that was checked.
                 * @example 1000
                 */
                seq: number;
                /**
                 * @description Its hash.
                 * @example 0000000000000000000000000000000000000000000000000000000000000000
                 */
                hash: string;
                /** @description Whether the records from here on need a secret key. */
                keyed: boolean;
            } | null;
            /** @description The first fault; null: none was found. */
            fault: {
                /**
                 * @description `missing`: a record was removed or moved. `altered`: one was changed, or never appended. `unknown_key`: one names a secret key that is not known. `truncated`: the end is missing. `rewritten`: the log does not pass through the checkpoint, or through its head. `pruned`: the checkpoint is in a part that was archived; nothing else was found.
                 * @enum {string}
                 */
                problem: "missing" | "altered" | "unknown_key" | "truncated" | "rewritten" | "pruned";
                /**
                 * @description The first wrong record; of `truncated` and `rewritten`, the last that was checked; of `pruned`, the last that was archived.
                 * @example 7
                 */
                seq: number;
            } | null;
        };
        /** @description The key that sends the request: what it may be used for, and until when. */
        Self: {
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            id: string;
            /**
             * @description The beginning of the token, for people.
             * @example tk_live_a1B2…
             */
            preview: string;
            /**
             * @description What people call the key: 1 to 100 printable characters.
             * @example ci-pipeline
             */
            name: string;
            /** @description Where the key works; null: everywhere. */
            environment: string | null;
            status: components["schemas"]["KeyStatus"];
            owner: components["schemas"]["Owner"];
            /**
             * @description Scopes and wildcards; with those of the preset, at most 400.
             * @example [
             *       "members.read"
             *     ]
             */
            scopes: string[];
            /**
             * @description Named sets of scopes, each as it is at the time of use.
             * @example [
             *       "planner"
             *     ]
             */
            roles: string[];
            /**
             * @description What the key may do with resources, by their type.
             * @example {
             *       "board": {
             *         "mode": "all",
             *         "level": "read"
             *       }
             *     }
             */
            resources: {
                [key: string]: components["schemas"]["ResourceGrant"];
            };
            /**
             * Format: date-time
             * @description From then on the key is refused; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            expires_at: string | null;
            /** @description The limits that hold for the key: its own, or else those of the plan, and those that it shares with other keys. */
            rate_limits: components["schemas"]["HeldRateLimit"][];
        };
        /**
         * @description Only an active key works. A disabled one can be enabled again.
         * @enum {string}
         */
        KeyStatus: "active" | "disabled" | "revoked" | "expired";
        /** @description Whom a key belongs to. */
        Owner: {
            /**
             * @description A person.
             * @enum {string}
             */
            type: "user";
            /**
             * @description An id that the product gives.
             * @example user_42
             */
            id: string;
            /**
             * @description An id that the product gives.
             * @example user_42
             */
            organization_id: string;
            /**
             * @description The name that people see; null: not known. It is there if the product names people.
             * @example Ada Lovelace
             */
            name?: string | null;
        } | {
            /**
             * @description The whole organisation.
             * @enum {string}
             */
            type: "organization";
            /**
             * @description An id that the product gives.
             * @example user_42
             */
            id: string;
        };
        /** @description What a key may do with the resources of one type. */
        ResourceGrant: {
            /**
             * @description All resources of the type, those to come included.
             * @enum {string}
             */
            mode: "all";
            /**
             * @description The level on each of them.
             * @example read
             */
            level: string;
        } | {
            /**
             * @description Only the resources that are named.
             * @enum {string}
             */
            mode: "specific";
            /**
             * @description The level on each resource, by its id.
             * @example {
             *       "board_1": "read"
             *     }
             */
            levels: {
                [key: string]: string;
            };
        };
        /** @description A rate limit that holds for a key, and whose requests it counts. */
        HeldRateLimit: {
            /**
             * @description How many requests a window admits.
             * @example 600
             */
            limit: number;
            /**
             * @description How long a window is, in milliseconds: whole seconds.
             * @example 60000
             */
            window_ms: number;
            /**
             * @description Whose requests are counted together: those of one key, of all keys of its owner, or of all keys of the organisation.
             * @example key
             * @enum {string}
             */
            per: "key" | "owner" | "organization";
        };
        /** @description What the caller may ask for. */
        Catalog: {
            /** @description What keys can be allowed to do everywhere. Scopes of resources are with their levels. */
            scopes: {
                /** @description The name, as requests have it. */
                name: string;
                /** @description What the scope allows, for people. */
                description: string;
                /** @description Whether a key must name the scope: no wildcard gives it. */
                sensitive: boolean;
                /** @description Whether the caller may give it to a new key of their own. */
                grantable: boolean;
            }[];
            /** @description Named sets of scopes. A key keeps what the preset has at its creation. */
            presets: {
                /** @description The name, as requests have it. */
                name: string;
                /** @description What the preset gives. */
                scopes: string[];
                /** @description Whether the caller may give it to a new key of their own. */
                grantable: boolean;
            }[];
            /** @description Named sets of scopes that are looked up at each use of a key. */
            roles: {
                /** @description The name, as requests have it. */
                name: string;
                /** @description What the role gives; null: the product decides at each request. */
                scopes: string[] | null;
                /** @description Whether the caller may give it to a new key of their own. */
                grantable: boolean;
            }[];
            /** @description The types of resources that keys can be given. */
            resources: {
                /**
                 * @description The type of the resources.
                 * @example board
                 */
                type: string;
                /** @description The levels, lowest first. Each gives what those below it give. */
                levels: {
                    /** @description The name, as requests have it. */
                    name: string;
                    /** @description What the level gives. */
                    scopes: components["schemas"]["Scope"][];
                }[];
            }[];
            /** @description Where keys can work; null alone: the product has no environments. */
            environments: (string | null)[];
            /** @description The environment that answers. */
            environment: string | null;
            /** @description The environments whose tokens can be shown again. */
            revealable: (string | null)[];
            /** @description Whether keys can have schedules: the product delivers the new tokens. */
            rotation_schedules: boolean;
            /** @description The plan of the organisation. */
            plan: {
                /**
                 * @description How many keys the plan allows.
                 * @example 10
                 */
                max_keys: number | "unlimited";
                /**
                 * @description How many of them there are.
                 * @example 3
                 */
                used: number;
            };
            /** @description What keys must be like. Keys that are there already go on working. */
            policy: {
                /**
                 * @description How long after its creation a key may end at the latest, in milliseconds; null: it may live for ever.
                 * @example 7776000000
                 */
                max_lifetime_ms: number | null;
                /**
                 * @description After how many milliseconds a new key ends whose `expires_at` is left out; null: never.
                 * @example 2592000000
                 */
                default_lifetime_ms: number | null;
                /** @description Whether a key must have an `expires_at`. */
                require_expiry: boolean;
                /** @description Whether a key must have an `ip_allow_list`. */
                require_ip_allow_list: boolean;
            };
            /** @description The limits of keys that have none of their own. Those of an owner or of the organisation hold for every key. */
            rate_limits: components["schemas"]["HeldRateLimit"][];
            /** @description Whether a key can have a budget. */
            budgets: boolean;
            limits: components["schemas"]["Limits"];
            /** @description The permissions of the caller. */
            permissions: {
                /** @description To see keys. */
                read: boolean;
                /** @description To create, change and rotate keys. */
                create: boolean;
                /** @description To disable, revoke and delete keys. */
                revoke: boolean;
                /** @description To do the same with the keys of others. */
                manage_all: boolean;
                /** @description To see tokens again. */
                reveal: boolean;
                /** @description To read the audit log. */
                audit_read: boolean;
                /** @description To export the audit log. */
                audit_export: boolean;
                /** @description To see webhooks, and what was sent to them. */
                webhooks_read: boolean;
                /** @description To create, change, test and delete webhooks. */
                webhooks_manage: boolean;
            };
        };
        /** @description Something that a key may be allowed to do. */
        Scope: {
            /** @description The name, as requests have it. */
            name: string;
            /** @description What the scope allows, for people. */
            description: string;
            /** @description Whether a key must name the scope: no wildcard gives it. */
            sensitive: boolean;
        };
        /** @description How long, how many and how much requests may ask for. */
        Limits: {
            /**
             * @description Characters of a name.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            name: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description Characters of a description.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            description: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description How many tags a key has, and a filter.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            tags: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description Characters of a tag.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            tag: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description Characters of the reason of a revocation, or of why a key is disabled.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            reason: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description How many scopes a request names.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            scopes: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description How many scopes a key has, with those of its preset.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            scopes_with_preset: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description How many roles a key has.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            roles: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description How many resources of one type a key names.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            resources: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description How many addresses and ranges a key names.
             * @example {
             *       "minimum": 0,
             *       "maximum": 100,
             *       "within": null
             *     }
             */
            ip_allow_list: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
                /** @description A key that this caller makes names some of these; null: any, or none. */
                within: string[] | null;
            };
            /**
             * @description How many rate limits a key has.
             * @example {
             *       "minimum": 0,
             *       "maximum": 100,
             *       "within": null
             *     }
             */
            rate_limits: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
                /** @description A key that this caller makes admits no more than these; null: than one without limits. */
                within: components["schemas"]["RateLimit"][] | null;
            };
            /**
             * @description Requests in one window of a rate limit.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            rate_limit: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description Milliseconds of such a window, in whole seconds.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            window_ms: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description Credits of a budget, and of one grant.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            budget: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description Milliseconds for which the token before a rotation still works.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            grace_ms: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /**
             * @description Milliseconds from one rotation of a schedule to the next.
             * @example {
             *       "minimum": 1,
             *       "maximum": 100
             *     }
             */
            rotation_every_ms: {
                /** @description The fewest, or the least. */
                minimum: number;
                /** @description The most. */
                maximum: number;
            };
            /** @description The bounds of an expiry. It must be in the future. */
            expires_at: {
                /**
                 * Format: date-time
                 * @description The last expiry that the caller may give to a new key.
                 * @example 2030-01-01T00:00:00.000Z
                 */
                latest: string;
                /** @description Whether the caller may make a key that never expires, by their own rights and by the policy. */
                may_be_null: boolean;
            };
        };
        /** @description At most `limit` requests in each window of `window_ms` milliseconds. */
        RateLimit: {
            /**
             * @description How many requests a window admits.
             * @example 600
             */
            limit: number;
            /**
             * @description How long a window is, in milliseconds: whole seconds.
             * @example 60000
             */
            window_ms: number;
        };
        /** @description Resources that a key can be given. */
        ResourceChoices: {
            /** @description The resources. */
            data: {
                /**
                 * @description The id of the resource.
                 * @example board_1
                 */
                id: string;
                /**
                 * @description The name that people see.
                 * @example Roadmap
                 */
                name: string;
            }[];
        };
        /** @description People whose keys there may be. */
        People: {
            /** @description The people. */
            data: {
                /**
                 * @description The id of the person.
                 * @example user_42
                 */
                id: string;
                /**
                 * @description The name that people see.
                 * @example Ada Lovelace
                 */
                name: string;
            }[];
        };
        /** @description What became of each key. */
        BulkResults: {
            /** @description One result for each key, in their order. */
            data: components["schemas"]["BulkResult"][];
            /** @description Whether nothing was changed. */
            dry_run: boolean;
            /** @description With `filter`: the `cursor` for the keys that are left; null if there are none. */
            next_cursor: string | null;
        };
        /** @description What became of one key. */
        BulkResult: {
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            id: string;
            /**
             * @description `unchanged`: the key was so before. `refused`: see `code`; with `outcome_unknown`, it may have been done.
             * @enum {string}
             */
            result: "done" | "unchanged" | "refused";
            /** @description The status of the key afterwards; null if it was refused. */
            status: components["schemas"]["KeyStatus"] | null;
            /**
             * @description The version of the key afterwards; null if it was refused.
             * @example 2
             */
            version: number | null;
            /** @description The code that the request for this key alone would have had; null if it was not refused. */
            code: ("invalid_input" | "scope_unknown" | "malformed_body" | "not_authenticated" | "not_permitted" | "scope_exceeds_actor" | "key_locked" | "cross_site" | "not_fresh" | "key_not_found" | "webhook_not_found" | "not_found" | "method_not_allowed" | "not_acceptable" | "invalid_state" | "key_rotated_meanwhile" | "plan_limit_reached" | "policy_violated" | "reveal_unavailable" | "secret_already_shown" | "webhook_limit_reached" | "webhook_disabled" | "webhook_busy" | "key_changed" | "body_too_large" | "not_json" | "encoded_body" | "idempotency_key_reused" | "if_match_required" | "rate_limited" | "unavailable" | "host_unavailable" | "store_unavailable" | "outcome_unknown" | "hasher_busy") | null;
            /** @description What is wrong, in a sentence; null if it was not refused. */
            detail: string | null;
        };
        /** @description The keys to revoke, either `ids` or `filter`, why, and when. */
        BulkRevoke: {
            /**
             * @description The ids of the keys, in place of `filter`. One that is there twice counts once.
             * @example [
             *       "aB3dE5gH7jK9"
             *     ]
             */
            ids?: string[];
            filter?: components["schemas"]["KeyFilter"];
            /**
             * @description With `filter`: how many keys this request changes at most. The default is 100.
             * @example 100
             */
            limit?: number;
            /** @description With `filter`: the `next_cursor` of the request before, which was the same but for it. */
            cursor?: string;
            /**
             * @description Makes all checks, and changes nothing: the results are what they would be.
             * @example true
             */
            dry_run?: boolean;
            /**
             * @description Why, for people. A key that was revoked as `leaked` is answered as if it had never been.
             * @example leaked
             */
            reason?: string | null;
            /**
             * Format: date-time
             * @description The instant from which the key is refused, in the future: its `expires_at`, unless that is earlier. The default is now.
             * @example 2030-01-01T00:00:00.000Z
             */
            at?: string;
        };
        /** @description Selects keys as the list does. At least one field must be there. */
        KeyFilter: {
            /**
             * @description The owner of the keys. The default is `all` if the caller may manage all keys, else `me`.
             * @enum {string}
             */
            owner?: "me" | "organization" | "all";
            /**
             * @description What a person types, by name, tag and preview. For each word of it, the key has a word in its name or in a tag that begins so, or its `preview` begins so, also without what stands before its last `_`. Neither case nor accents count. Never send a token.
             * @example deploy
             */
            search?: string;
            /**
             * @description Only keys that have all of these tags, whole. Neither case nor accents count.
             * @example [
             *       "production"
             *     ]
             */
            tag?: string[];
            /**
             * @description Only keys of this environment.
             * @example live
             */
            environment?: string;
            /**
             * @description Only keys that have this scope everywhere: by name, by a scope that gives it, by a wildcard or by a role. Grants on single resources are not looked at.
             * @example members.read
             */
            scope?: string;
            /** @description Only keys with one of these statuses. */
            status?: components["schemas"]["KeyStatus"][];
            /**
             * Format: date-time
             * @description Only keys that were created before this time, and not used since.
             * @example 2030-01-01T00:00:00.000Z
             */
            unused_since?: string;
            /**
             * Format: date-time
             * @description Only keys that expire before this time. Those that have expired, too: add `status=active` to leave them out.
             * @example 2030-01-01T00:00:00.000Z
             */
            expiring_before?: string;
            /**
             * @description Only keys that could not be made as they are, by the policy of the product as it is now. They go on working until they are ended.
             * @example true
             */
            breaks_policy?: boolean;
            /**
             * @description Only the keys of this person, in place of `owner`. For another person, the caller must manage all keys.
             * @example user_42
             */
            owner_id?: string;
            /** @description Only the keys that this person, key or program created. */
            created_by?: {
                /**
                 * @description `system` is the product itself.
                 * @enum {string}
                 */
                type: "user" | "key" | "system";
                /**
                 * @description An id that the product gives.
                 * @example user_42
                 */
                id: string;
            };
        };
        /** @description The keys to disable, either `ids` or `filter`, and why. */
        BulkDisable: {
            /**
             * @description The ids of the keys, in place of `filter`. One that is there twice counts once.
             * @example [
             *       "aB3dE5gH7jK9"
             *     ]
             */
            ids?: string[];
            filter?: components["schemas"]["KeyFilter"];
            /**
             * @description With `filter`: how many keys this request changes at most. The default is 100.
             * @example 100
             */
            limit?: number;
            /** @description With `filter`: the `next_cursor` of the request before, which was the same but for it. */
            cursor?: string;
            /**
             * @description Makes all checks, and changes nothing: the results are what they would be.
             * @example true
             */
            dry_run?: boolean;
            /**
             * @description Why, for people: the key shows it until it is enabled.
             * @example leaked
             */
            reason?: string | null;
        };
        /** @description The keys to enable: either `ids` or `filter`. */
        BulkEnable: {
            /**
             * @description The ids of the keys, in place of `filter`. One that is there twice counts once.
             * @example [
             *       "aB3dE5gH7jK9"
             *     ]
             */
            ids?: string[];
            filter?: components["schemas"]["KeyFilter"];
            /**
             * @description With `filter`: how many keys this request changes at most. The default is 100.
             * @example 100
             */
            limit?: number;
            /** @description With `filter`: the `next_cursor` of the request before, which was the same but for it. */
            cursor?: string;
            /**
             * @description Makes all checks, and changes nothing: the results are what they would be.
             * @example true
             */
            dry_run?: boolean;
        };
        /** @description What became of the keys of a group. */
        RevokedAll: {
            /** @description The keys that ended, or, with `dry_run`, would end. */
            data: components["schemas"]["Key"][];
            /** @description The keys that the caller may not end. */
            refused: {
                /**
                 * @description The id of a key.
                 * @example aB3dE5gH7jK9
                 */
                id: string;
                /** @description Stable: programs can rely on it. */
                code: string;
            }[];
            /** @description Whether nothing was changed. */
            dry_run: boolean;
            /** @description The `cursor` of the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description An API key, without its token. */
        Key: {
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            id: string;
            /**
             * @description The beginning of the token, for people.
             * @example tk_live_a1B2…
             */
            preview: string;
            /** @description Where the key works; null: everywhere. */
            environment: string | null;
            status: components["schemas"]["KeyStatus"];
            /**
             * @description 1 at creation; each change adds 1. The `ETag` begins with it.
             * @example 1
             */
            version: number;
            owner: components["schemas"]["Owner"];
            created_by: components["schemas"]["Actor"];
            /**
             * @description What people call the key: 1 to 100 printable characters.
             * @example ci-pipeline
             */
            name: string;
            /**
             * @description What the key is for.
             * @example Deploys the website.
             */
            description: string | null;
            /**
             * @description Words by which people find and group keys: at most 20, each of 1 to 50 printable characters without a comma. Two that differ in case or accents alone are refused. They give no rights, and come sorted.
             * @example [
             *       "production",
             *       "team blue"
             *     ]
             */
            tags: string[];
            /**
             * @description Scopes and wildcards; with those of the preset, at most 400.
             * @example [
             *       "members.read"
             *     ]
             */
            scopes: string[];
            /**
             * @description A named set of scopes, as it is at the time of the request.
             * @example read-only
             */
            preset: string | null;
            /**
             * @description Named sets of scopes, each as it is at the time of use.
             * @example [
             *       "planner"
             *     ]
             */
            roles: string[];
            /**
             * @description What the key may do with resources, by their type.
             * @example {
             *       "board": {
             *         "mode": "all",
             *         "level": "read"
             *       }
             *     }
             */
            resources: {
                [key: string]: components["schemas"]["ResourceGrant"];
            };
            /**
             * Format: date-time
             * @description From then on the key is refused; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            expires_at: string | null;
            /** @description Addresses and CIDR ranges that may use the key; null: any, and an empty list: none. */
            ip_allow_list: string[] | null;
            /** @description Limits in place of those of the plan, one for each window; null: those of the plan. */
            rate_limits: components["schemas"]["RateLimit"][] | null;
            /** @description What the calls of the key may cost, beside the budgets of its owner and organisation; null: none. */
            budget: components["schemas"]["Budget"] | null;
            /** @description What a request must prove beside the token; null: nothing. Refused where the product checks no proofs. */
            binding: {
                /**
                 * @description Each request has a signed proof (RFC 9449).
                 * @enum {string}
                 */
                type: "dpop";
                /**
                 * @description The thumbprint of the public key (RFC 7638).
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                jkt: string;
            } | {
                /**
                 * @description Each request comes with a certificate (RFC 8705).
                 * @enum {string}
                 */
                type: "mtls";
                /**
                 * @description The SHA-256 of the certificate.
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                thumbprint: string;
            } | null;
            /**
             * @description The names of the resources in `resources`, by type and id; null: not known. It is there if the product names resources.
             * @example {
             *       "board": {
             *         "board_1": "Roadmap"
             *       }
             *     }
             */
            resource_names?: {
                [key: string]: {
                    [key: string]: string | null;
                };
            };
            /** @description What the product keeps of the key. Read-only here. */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description When the key was created.
             * @example 2030-01-01T00:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the key was last changed.
             * @example 2030-01-01T00:00:00.000Z
             */
            updated_at: string;
            /**
             * Format: date-time
             * @description When the key was disabled; null: it is not.
             * @example 2030-01-01T00:00:00.000Z
             */
            disabled_at: string | null;
            /** @description Who disabled the key; null if it is not disabled, or was before this was recorded. */
            disabled_by: components["schemas"]["Actor"] | null;
            /** @description Why the key was disabled, for people; null if it is not disabled. */
            disabled_reason: string | null;
            /** @description Whether somebody else than its owner disabled the key. Then its owner cannot enable it. */
            locked: boolean;
            /**
             * Format: date-time
             * @description When the key was revoked; null: it was not.
             * @example 2030-01-01T00:00:00.000Z
             */
            revoked_at: string | null;
            /** @description Why the key was revoked, for people. */
            revoked_reason: string | null;
            /**
             * Format: date-time
             * @description When the key was last used; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @description Until when the token before the last rotation works; null: it does not.
             * @example 2030-01-01T00:00:00.000Z
             */
            previous_token_expires_at: string | null;
            /**
             * Format: date-time
             * @description When that token was last used; null: it was not, or it does not work.
             * @example 2030-01-01T00:00:00.000Z
             */
            previous_token_last_used_at: string | null;
            /** @description Whether the token can be shown again. */
            revealable: boolean;
        };
        /** @description Credits that the calls of a key count down. */
        Budget: {
            /**
             * @description How many credits calls may cost.
             * @example 1000
             */
            limit: number;
            /** @description When there are as many again; null: what is spent stays spent. */
            refill: {
                /**
                 * @description At the beginning of each day or month.
                 * @enum {string}
                 */
                every: "day" | "month";
                /**
                 * @description By the calendar of this time zone, as IANA names it.
                 * @example Europe/Berlin
                 */
                time_zone: string;
            } | null;
        };
        /** @description The keys to revoke: those that meet all that is given, of which at least one must be there; and why. */
        RevokeAll: {
            /** @description The keys that this person, key or program created. */
            created_by?: {
                /**
                 * @description `system` is the product itself.
                 * @enum {string}
                 */
                type: "user" | "key" | "system";
                /**
                 * @description An id that the product gives.
                 * @example user_42
                 */
                id: string;
            };
            /**
             * @description The keys of this person.
             * @example user_42
             */
            owner_id?: string;
            /**
             * Format: date-time
             * @description The keys that were created before this time: after a restored backup.
             * @example 2030-01-01T00:00:00.000Z
             */
            issued_before?: string;
            /**
             * @description The keys that this key created, in place of `created_by`. It is not one of them.
             * @example aB3dE5gH7jK9
             */
            children_of?: string;
            /**
             * @description Why, for people. Keys that were revoked as `leaked` are answered as if they had never been.
             * @example leaked
             */
            reason?: string | null;
            /** @description Whether the keys that these keys created end as well, and theirs. The default is true. */
            cascade?: boolean;
            /**
             * @description How many keys of the group this request looks at, at most. The default is 100. What the last of them created ends as well.
             * @example 100
             */
            limit?: number;
            /** @description The `next_cursor` of the request before, which was the same but for it. */
            cursor?: string;
            /**
             * @description Changes nothing: `data` has the keys that would end.
             * @example true
             */
            dry_run?: boolean;
        };
        /** @description To whom a key of the organisation goes. At least one must be there. */
        TransferKey: {
            /**
             * @description The person that the key acts as from now on. It does no more than they may.
             * @example user_42
             */
            owner_id?: string;
            /**
             * @description The person who answers for the key from now on, in place of whoever created it.
             * @example user_42
             */
            created_by_id?: string;
        };
        /** @description The schedule of a key. */
        ScheduleOfKey: {
            /** @description null: the key has none. */
            schedule: components["schemas"]["RotationSchedule"] | null;
        };
        /** @description How often a key gets a new token, and how far that is. */
        RotationSchedule: {
            /**
             * @description How long a token is the current one, in milliseconds: from an hour to 366 days.
             * @example 2592000000
             */
            every_ms: number;
            /**
             * @description How long the token before it works on, once the new one was delivered, in milliseconds: at most 7 days, and less than `every_ms`.
             * @example 86400000
             */
            grace_ms: number;
            /**
             * Format: date-time
             * @description When the key gets its next token; while one waits to be delivered, when that is tried next.
             * @example 2030-01-01T00:00:00.000Z
             */
            next_at: string;
            /**
             * Format: date-time
             * @description When the last token that the schedule made was delivered; null: none was yet.
             * @example 2030-01-01T00:00:00.000Z
             */
            last_delivered_at: string | null;
            /**
             * Format: date-time
             * @description Since when a new token waits to be delivered; null: none does. Both work meanwhile.
             * @example 2030-01-01T00:00:00.000Z
             */
            pending_since: string | null;
            /**
             * @description How many attempts to deliver it have failed.
             * @example 0
             */
            failures: number;
        };
        /** @description How often a key gets a new token, which the product delivers. */
        SetRotationSchedule: {
            /**
             * @description How long a token is the current one, in milliseconds: from an hour to 366 days.
             * @example 2592000000
             */
            every_ms: number;
            /**
             * @description How long the token before it works on, once the new one was delivered, in milliseconds: at most 7 days, and less than `every_ms`.
             * @example 86400000
             */
            grace_ms: number;
        };
        /** @description What webhooks can be sent. */
        WebhookEvents: {
            /** @description The types of events. */
            data: {
                /**
                 * @description The type, as webhooks name it.
                 * @example board.updated
                 */
                type: string;
                /** @description What has happened, for people. */
                description: string;
                /**
                 * @description What a key needs to hear of it.
                 * @example boards.read
                 */
                scope: string;
            }[];
        };
        /** @description How the webhooks of an organisation are doing. */
        WebhooksStatus: {
            /**
             * @description Events that wait to be sent, or to be tried again.
             * @example 3
             */
            waiting: number;
            /**
             * @description Events that wait for their webhook to be resumed.
             * @example 3
             */
            held: number;
            /**
             * Format: date-time
             * @description When the oldest that waits happened; null: none waits.
             * @example 2030-01-01T00:00:00.000Z
             */
            oldest: string | null;
            /**
             * @description How long ago that is, in milliseconds; 0: none waits.
             * @example 3
             */
            oldest_ms: number;
            /** @description What became of the events of the last 24 hours: the webhooks that had some. */
            endpoints: {
                /**
                 * @description The id of a webhook.
                 * @example we_0123456789abcdef01234567
                 */
                webhook_id: string;
                /**
                 * @description Events that were delivered.
                 * @example 3
                 */
                delivered: number;
                /**
                 * @description Events that are not tried again.
                 * @example 3
                 */
                failed: number;
                /**
                 * @description Events that its key may not hear of.
                 * @example 3
                 */
                dropped: number;
                /**
                 * @description Events that wait.
                 * @example 3
                 */
                pending: number;
                /**
                 * @description The part that failed of those that were delivered or failed.
                 * @example 0.25
                 */
                failure_rate: number;
            }[];
        };
        /** @description What came of a test event. */
        WebhookTest: {
            /**
             * @description The `webhook-id` that the receiver sees.
             * @example evt_0123456789abcdef0123456789abcdef
             */
            event_id: string;
            /**
             * @description `throttled`: the receiver wants events later; `gone`: it wants none any more; `not_sent`: the key may hear of nothing now.
             * @enum {string}
             */
            outcome: "delivered" | "failed" | "throttled" | "gone" | "not_sent";
            /**
             * @description Why it was not sent, as a code; null: it was.
             * @example key_disabled
             */
            reason: string | null;
            /**
             * @description The status of the answer; null: there was none.
             * @example 503
             */
            status: number | null;
            /**
             * @description What went wrong: `status` or `redirect` of an answer, else `url`, `address`, `dns`, `connection`, `tls`, `timeout` or `protocol`; null: nothing. There may be others.
             * @example status
             */
            error: string | null;
            /** @description The beginning of the answer, without its headers. */
            text: string;
            /**
             * @description How long the attempt took; null: it was not sent.
             * @example 120
             */
            latency_ms: number | null;
        };
        /** @description Nothing. The body may be left out. */
        Empty: Record<string, never>;
        /** @description A page of deliveries. */
        WebhookDeliveryPage: {
            /** @description The deliveries. */
            data: components["schemas"]["WebhookDelivery"][];
            /** @description The `cursor` of the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description An event on its way to a webhook, and what became of it. */
        WebhookDelivery: {
            /**
             * @description The id of a webhook.
             * @example we_0123456789abcdef01234567
             */
            webhook_id: string;
            /**
             * @description The `webhook-id` that the receiver sees.
             * @example evt_0123456789abcdef0123456789abcdef
             */
            event_id: string;
            /**
             * @description The type of the event.
             * @example board.updated
             */
            event_type: string;
            /**
             * Format: date-time
             * @description When the event happened.
             * @example 2030-01-01T00:00:00.000Z
             */
            event_at: string;
            status: components["schemas"]["WebhookDeliveryStatus"];
            /**
             * @description Why it was dropped, as a code; null otherwise.
             * @example insufficient_scope
             */
            reason: string | null;
            /**
             * @description How many attempts there were since it was queued, or sent again.
             * @example 3
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When the next attempt is due; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            next_at: string | null;
            /** @description The last attempts, oldest first. */
            log: {
                /**
                 * Format: date-time
                 * @description When it began.
                 * @example 2030-01-01T00:00:00.000Z
                 */
                at: string;
                /**
                 * @description The status of the answer; null: there was none.
                 * @example 503
                 */
                status: number | null;
                /**
                 * @description What went wrong: `status` or `redirect` of an answer, else `url`, `address`, `dns`, `connection`, `tls`, `timeout` or `protocol`; null: nothing. There may be others.
                 * @example status
                 */
                error: string | null;
                /** @description The beginning of the answer, without its headers. */
                text: string;
                /**
                 * @description How long the attempt took, in milliseconds.
                 * @example 120
                 */
                latency_ms: number;
            }[];
            /**
             * Format: date-time
             * @description When it was queued.
             * @example 2030-01-01T00:00:00.000Z
             */
            created_at: string;
        };
        /**
         * @description `pending` waits for its next attempt, `held` for its webhook to be resumed. `failed` is not tried again. `dropped`: the key may not hear of it, or works no more.
         * @enum {string}
         */
        WebhookDeliveryStatus: "pending" | "held" | "delivered" | "failed" | "dropped";
        /** @description What will be sent again. */
        WebhookReplay: {
            /**
             * @description How many events will be sent again.
             * @example 3
             */
            queued: number;
        };
        /** @description What to send again: either `event_id`, or `from` and `to`. */
        ReplayWebhook: {
            /**
             * @description One event, whatever became of it.
             * @example evt_0123456789abcdef0123456789abcdef
             */
            event_id?: string;
            /**
             * Format: date-time
             * @description With `to`: events of this time or later.
             * @example 2030-01-01T00:00:00.000Z
             */
            from?: string;
            /**
             * Format: date-time
             * @description With `from`: events before this time.
             * @example 2030-01-01T00:00:00.000Z
             */
            to?: string;
        };
        /** @description A page of webhooks. */
        WebhookPage: {
            /** @description The webhooks. */
            data: components["schemas"]["Webhook"][];
            /** @description The `cursor` of the next page; null on the last one. */
            next_cursor: string | null;
        };
        /** @description A URL to which the events are sent that a key may hear of, without its secret. */
        Webhook: {
            /**
             * @description The id of a webhook.
             * @example we_0123456789abcdef01234567
             */
            id: string;
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            key_id: string;
            /**
             * @description Where events are posted to: an `https:` URL of a public host, on a port that the product allows, without a user in it.
             * @example https://example.com/hook
             */
            url: string;
            /** @description The types of events that it wants; null: all that its key may hear of. */
            types: string[] | null;
            /**
             * @description What the webhook is for.
             * @example Fills the cache.
             */
            description: string | null;
            status: components["schemas"]["WebhookStatus"];
            /**
             * @description Why it is `disabled_by_system`: every attempt failed for days, the receiver answered that it wants no more, or its key has ended; null otherwise.
             * @enum {string|null}
             */
            disabled_reason: "failing" | "gone" | "key_revoked" | "key_expired" | null;
            /**
             * @description 1 at creation; each change adds 1.
             * @example 1
             */
            version: number;
            created_by: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description When it was created.
             * @example 2030-01-01T00:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             * @example 2030-01-01T00:00:00.000Z
             */
            updated_at: string;
            /**
             * Format: date-time
             * @description When the first attempt failed after the last one that did not; null: the last one did not fail.
             * @example 2030-01-01T00:00:00.000Z
             */
            failing_since: string | null;
            /**
             * Format: date-time
             * @description Until when the secret before the last rotation signs as well; null: it does not.
             * @example 2030-01-01T00:00:00.000Z
             */
            previous_secret_expires_at: string | null;
        };
        /**
         * @description Only an active webhook is sent events. One that is disabled was so by the product: see `disabled_reason`.
         * @enum {string}
         */
        WebhookStatus: "active" | "paused" | "disabled_by_system";
        /** @description A webhook with its secret. */
        WebhookWithSecret: {
            /**
             * @description The id of a webhook.
             * @example we_0123456789abcdef01234567
             */
            id: string;
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            key_id: string;
            /**
             * @description Where events are posted to: an `https:` URL of a public host, on a port that the product allows, without a user in it.
             * @example https://example.com/hook
             */
            url: string;
            /** @description The types of events that it wants; null: all that its key may hear of. */
            types: string[] | null;
            /**
             * @description What the webhook is for.
             * @example Fills the cache.
             */
            description: string | null;
            status: components["schemas"]["WebhookStatus"];
            /**
             * @description Why it is `disabled_by_system`: every attempt failed for days, the receiver answered that it wants no more, or its key has ended; null otherwise.
             * @enum {string|null}
             */
            disabled_reason: "failing" | "gone" | "key_revoked" | "key_expired" | null;
            /**
             * @description 1 at creation; each change adds 1.
             * @example 1
             */
            version: number;
            created_by: components["schemas"]["Actor"];
            /**
             * Format: date-time
             * @description When it was created.
             * @example 2030-01-01T00:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             * @example 2030-01-01T00:00:00.000Z
             */
            updated_at: string;
            /**
             * Format: date-time
             * @description When the first attempt failed after the last one that did not; null: the last one did not fail.
             * @example 2030-01-01T00:00:00.000Z
             */
            failing_since: string | null;
            /**
             * Format: date-time
             * @description Until when the secret before the last rotation signs as well; null: it does not.
             * @example 2030-01-01T00:00:00.000Z
             */
            previous_secret_expires_at: string | null;
            /** @description What the receiver checks signatures with (Standard Webhooks). It is shown only in this response. */
            secret: string;
        };
        /** @description A webhook to be attached to a key. */
        CreateWebhook: {
            /**
             * @description Where events are posted to: an `https:` URL of a public host, on a port that the product allows, without a user in it.
             * @example https://example.com/hook
             */
            url: string;
            /** @description The types of events that it wants; null: all that its key may hear of. */
            types?: string[] | null;
            /**
             * @description What the webhook is for.
             * @example Fills the cache.
             */
            description?: string | null;
        };
        /** @description The settings to change. Those that are left out stay as they are. */
        UpdateWebhook: {
            /**
             * @description Where events are posted to: an `https:` URL of a public host, on a port that the product allows, without a user in it.
             * @example https://example.com/hook
             */
            url?: string;
            /** @description The types of events that it wants; null: all that its key may hear of. */
            types?: string[] | null;
            /**
             * @description What the webhook is for.
             * @example Fills the cache.
             */
            description?: string | null;
        };
        /** @description How the secret is rotated. The body may be left out. */
        RotateWebhookSecret: {
            /**
             * @description How long the secret before signs as well, in milliseconds, at most 7 days. The default is a day.
             * @example 86400000
             */
            grace_ms?: number;
        };
        /** @description A page of keys. */
        KeyPage: {
            /** @description The keys. */
            data: components["schemas"]["Key"][];
            /** @description The `cursor` of the next page; null on the last one. */
            next_cursor: string | null;
            /** @description There if the request has `total=true`. */
            total?: {
                /**
                 * @description How many keys all pages have.
                 * @example 42
                 */
                count: number;
                /** @description Whether these are all; false: there are more than `count`. */
                exact: boolean;
            };
        };
        /** @description An API key with its token. */
        KeyWithToken: {
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            id: string;
            /**
             * @description The beginning of the token, for people.
             * @example tk_live_a1B2…
             */
            preview: string;
            /** @description Where the key works; null: everywhere. */
            environment: string | null;
            status: components["schemas"]["KeyStatus"];
            /**
             * @description 1 at creation; each change adds 1. The `ETag` begins with it.
             * @example 1
             */
            version: number;
            owner: components["schemas"]["Owner"];
            created_by: components["schemas"]["Actor"];
            /**
             * @description What people call the key: 1 to 100 printable characters.
             * @example ci-pipeline
             */
            name: string;
            /**
             * @description What the key is for.
             * @example Deploys the website.
             */
            description: string | null;
            /**
             * @description Words by which people find and group keys: at most 20, each of 1 to 50 printable characters without a comma. Two that differ in case or accents alone are refused. They give no rights, and come sorted.
             * @example [
             *       "production",
             *       "team blue"
             *     ]
             */
            tags: string[];
            /**
             * @description Scopes and wildcards; with those of the preset, at most 400.
             * @example [
             *       "members.read"
             *     ]
             */
            scopes: string[];
            /**
             * @description A named set of scopes, as it is at the time of the request.
             * @example read-only
             */
            preset: string | null;
            /**
             * @description Named sets of scopes, each as it is at the time of use.
             * @example [
             *       "planner"
             *     ]
             */
            roles: string[];
            /**
             * @description What the key may do with resources, by their type.
             * @example {
             *       "board": {
             *         "mode": "all",
             *         "level": "read"
             *       }
             *     }
             */
            resources: {
                [key: string]: components["schemas"]["ResourceGrant"];
            };
            /**
             * Format: date-time
             * @description From then on the key is refused; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            expires_at: string | null;
            /** @description Addresses and CIDR ranges that may use the key; null: any, and an empty list: none. */
            ip_allow_list: string[] | null;
            /** @description Limits in place of those of the plan, one for each window; null: those of the plan. */
            rate_limits: components["schemas"]["RateLimit"][] | null;
            /** @description What the calls of the key may cost, beside the budgets of its owner and organisation; null: none. */
            budget: components["schemas"]["Budget"] | null;
            /** @description What a request must prove beside the token; null: nothing. Refused where the product checks no proofs. */
            binding: {
                /**
                 * @description Each request has a signed proof (RFC 9449).
                 * @enum {string}
                 */
                type: "dpop";
                /**
                 * @description The thumbprint of the public key (RFC 7638).
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                jkt: string;
            } | {
                /**
                 * @description Each request comes with a certificate (RFC 8705).
                 * @enum {string}
                 */
                type: "mtls";
                /**
                 * @description The SHA-256 of the certificate.
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                thumbprint: string;
            } | null;
            /**
             * @description The names of the resources in `resources`, by type and id; null: not known. It is there if the product names resources.
             * @example {
             *       "board": {
             *         "board_1": "Roadmap"
             *       }
             *     }
             */
            resource_names?: {
                [key: string]: {
                    [key: string]: string | null;
                };
            };
            /** @description What the product keeps of the key. Read-only here. */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: date-time
             * @description When the key was created.
             * @example 2030-01-01T00:00:00.000Z
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the key was last changed.
             * @example 2030-01-01T00:00:00.000Z
             */
            updated_at: string;
            /**
             * Format: date-time
             * @description When the key was disabled; null: it is not.
             * @example 2030-01-01T00:00:00.000Z
             */
            disabled_at: string | null;
            /** @description Who disabled the key; null if it is not disabled, or was before this was recorded. */
            disabled_by: components["schemas"]["Actor"] | null;
            /** @description Why the key was disabled, for people; null if it is not disabled. */
            disabled_reason: string | null;
            /** @description Whether somebody else than its owner disabled the key. Then its owner cannot enable it. */
            locked: boolean;
            /**
             * Format: date-time
             * @description When the key was revoked; null: it was not.
             * @example 2030-01-01T00:00:00.000Z
             */
            revoked_at: string | null;
            /** @description Why the key was revoked, for people. */
            revoked_reason: string | null;
            /**
             * Format: date-time
             * @description When the key was last used; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            last_used_at: string | null;
            /**
             * Format: date-time
             * @description Until when the token before the last rotation works; null: it does not.
             * @example 2030-01-01T00:00:00.000Z
             */
            previous_token_expires_at: string | null;
            /**
             * Format: date-time
             * @description When that token was last used; null: it was not, or it does not work.
             * @example 2030-01-01T00:00:00.000Z
             */
            previous_token_last_used_at: string | null;
            /** @description Whether the token can be shown again. */
            revealable: boolean;
            /** @description The secret that clients send. It is shown only in this response. */
            token: string;
        };
        /** @description Why a key is disabled. The body may be left out. */
        DisableKey: {
            /**
             * @description Why, for people: the key shows it until it is enabled.
             * @example leaked
             */
            reason?: string | null;
        };
        /** @description Why a key is revoked, and when. The body may be left out. */
        RevokeKey: {
            /**
             * @description Why, for people. A key that was revoked as `leaked` is answered as if it had never been.
             * @example leaked
             */
            reason?: string | null;
            /**
             * Format: date-time
             * @description The instant from which the key is refused, in the future: its `expires_at`, unless that is earlier. The default is now.
             * @example 2030-01-01T00:00:00.000Z
             */
            at?: string;
        };
        /** @description How a key is rotated. The body may be left out. */
        RotateKey: {
            /**
             * @description How long the previous token still works, in milliseconds, at most 7 days. The default is 0: it ends at once.
             * @example 3600000
             */
            grace_ms?: number;
        };
        /** @description The token of a key. */
        Token: {
            /**
             * @description The id of a key.
             * @example aB3dE5gH7jK9
             */
            id: string;
            /** @description The secret that clients send. */
            token: string;
        };
        /** @description The settings to change. Those that are left out stay as they are. */
        UpdateKey: {
            /**
             * @description What people call the key: 1 to 100 printable characters.
             * @example ci-pipeline
             */
            name?: string;
            /**
             * @description What the key is for.
             * @example Deploys the website.
             */
            description?: string | null;
            /**
             * @description Words by which people find and group keys: at most 20, each of 1 to 50 printable characters without a comma. Two that differ in case or accents alone are refused. They give no rights, and come sorted.
             * @example [
             *       "production",
             *       "team blue"
             *     ]
             */
            tags?: string[];
            /**
             * @description Scopes and wildcards; with those of the preset, at most 400.
             * @example [
             *       "members.read"
             *     ]
             */
            scopes?: string[];
            /**
             * @description A named set of scopes, as it is at the time of the request.
             * @example read-only
             */
            preset?: string | null;
            /**
             * @description Named sets of scopes, each as it is at the time of use.
             * @example [
             *       "planner"
             *     ]
             */
            roles?: string[];
            /**
             * @description What the key may do with resources, by their type.
             * @example {
             *       "board": {
             *         "mode": "all",
             *         "level": "read"
             *       }
             *     }
             */
            resources?: {
                [key: string]: components["schemas"]["ResourceGrant"];
            };
            /**
             * Format: date-time
             * @description From then on the key is refused; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            expires_at?: string | null;
            /** @description Addresses and CIDR ranges that may use the key; null: any, and an empty list: none. */
            ip_allow_list?: string[] | null;
            /** @description Limits in place of those of the plan, one for each window; null: those of the plan. */
            rate_limits?: components["schemas"]["RateLimit"][] | null;
            /** @description What the calls of the key may cost, beside the budgets of its owner and organisation; null: none. */
            budget?: {
                /**
                 * @description How many credits calls may cost.
                 * @example 1000
                 */
                limit: number;
                /** @description When there are as many again, in UTC by default; null, or left out: what is spent stays spent. */
                refill?: {
                    /**
                     * @description At the beginning of each day or month.
                     * @enum {string}
                     */
                    every: "day" | "month";
                    /**
                     * @description By the calendar of this time zone, as IANA names it.
                     * @example Europe/Berlin
                     */
                    time_zone?: string;
                } | null;
            } | null;
            /** @description What a request must prove beside the token; null: nothing. Refused where the product checks no proofs. */
            binding?: {
                /**
                 * @description Each request has a signed proof (RFC 9449).
                 * @enum {string}
                 */
                type: "dpop";
                /**
                 * @description The thumbprint of the public key (RFC 7638).
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                jkt: string;
            } | {
                /**
                 * @description Each request comes with a certificate (RFC 8705).
                 * @enum {string}
                 */
                type: "mtls";
                /**
                 * @description The SHA-256 of the certificate.
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                thumbprint: string;
            } | null;
        };
        /** @description A key to be created. What is left out gives nothing. */
        CreateKey: {
            /**
             * @description What people call the key: 1 to 100 printable characters.
             * @example ci-pipeline
             */
            name: string;
            /**
             * @description What the key is for.
             * @example Deploys the website.
             */
            description?: string | null;
            /**
             * @description Words by which people find and group keys: at most 20, each of 1 to 50 printable characters without a comma. Two that differ in case or accents alone are refused. They give no rights, and come sorted.
             * @example [
             *       "production",
             *       "team blue"
             *     ]
             */
            tags?: string[];
            /**
             * @description Scopes and wildcards; with those of the preset, at most 400.
             * @example [
             *       "members.read"
             *     ]
             */
            scopes?: string[];
            /**
             * @description A named set of scopes, as it is at the time of the request.
             * @example read-only
             */
            preset?: string | null;
            /**
             * @description Named sets of scopes, each as it is at the time of use.
             * @example [
             *       "planner"
             *     ]
             */
            roles?: string[];
            /**
             * @description What the key may do with resources, by their type.
             * @example {
             *       "board": {
             *         "mode": "all",
             *         "level": "read"
             *       }
             *     }
             */
            resources?: {
                [key: string]: components["schemas"]["ResourceGrant"];
            };
            /**
             * Format: date-time
             * @description From then on the key is refused; null: never.
             * @example 2030-01-01T00:00:00.000Z
             */
            expires_at?: string | null;
            /** @description Addresses and CIDR ranges that may use the key; null: any, and an empty list: none. */
            ip_allow_list?: string[] | null;
            /** @description Limits in place of those of the plan, one for each window; null: those of the plan. */
            rate_limits?: components["schemas"]["RateLimit"][] | null;
            /** @description What the calls of the key may cost, beside the budgets of its owner and organisation; null: none. */
            budget?: {
                /**
                 * @description How many credits calls may cost.
                 * @example 1000
                 */
                limit: number;
                /** @description When there are as many again, in UTC by default; null, or left out: what is spent stays spent. */
                refill?: {
                    /**
                     * @description At the beginning of each day or month.
                     * @enum {string}
                     */
                    every: "day" | "month";
                    /**
                     * @description By the calendar of this time zone, as IANA names it.
                     * @example Europe/Berlin
                     */
                    time_zone?: string;
                } | null;
            } | null;
            /** @description What a request must prove beside the token; null: nothing. Refused where the product checks no proofs. */
            binding?: {
                /**
                 * @description Each request has a signed proof (RFC 9449).
                 * @enum {string}
                 */
                type: "dpop";
                /**
                 * @description The thumbprint of the public key (RFC 7638).
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                jkt: string;
            } | {
                /**
                 * @description Each request comes with a certificate (RFC 8705).
                 * @enum {string}
                 */
                type: "mtls";
                /**
                 * @description The SHA-256 of the certificate.
                 * @example NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs
                 */
                thumbprint: string;
            } | null;
            /**
             * @description The owner of the key. The default is `me`; `organization` needs the permission to manage all keys.
             * @enum {string}
             */
            for?: "me" | "organization";
            /**
             * @description The id of a key. Settings that are left out are copied from it.
             * @example aB3dE5gH7jK9
             */
            copy_from?: string;
            environment?: string;
        };
    };
    responses: {
        /** @description The request is not valid; `errors` names each part that is wrong. */
        BadRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["BadRequestProblem"];
            };
        };
        /** @description Nobody is signed in. */
        NotAuthenticated: {
            headers: {
                /** @description The scheme to authenticate with. */
                "WWW-Authenticate": string;
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotAuthenticatedProblem"];
            };
        };
        /** @description The caller is not allowed to do this. */
        NotPermitted: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotPermittedProblem"];
            };
        };
        /** @description There is no such key, or webhook of a key, among those that the caller may reach. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotFoundProblem"];
            };
        };
        /** @description The answer exists in no form that `Accept` names. */
        NotAcceptable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotAcceptableProblem"];
            };
        };
        /** @description The status of the key or of the webhook, a limit or a policy does not allow this. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ConflictProblem"];
            };
        };
        /** @description The key was revoked, and its token was erased. */
        Gone: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["GoneProblem"];
            };
        };
        /** @description The key was changed since the version that `If-Match` names. */
        ChangedMeanwhile: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ChangedMeanwhileProblem"];
            };
        };
        /** @description The body is larger than 64 KB. */
        BodyTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
            };
        };
        /** @description The body is not JSON, or it is compressed. */
        NotJson: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["NotJsonProblem"];
            };
        };
        /** @description The `Idempotency-Key` was used for a different request. */
        RequestReused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["RequestReusedProblem"];
            };
        };
        /** @description The product asks for `If-Match` with this request. */
        VersionRequired: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["VersionRequiredProblem"];
            };
        };
        /** @description Too many requests; `Retry-After` says when to try again. */
        TooManyRequests: {
            headers: {
                /** @description Seconds until it makes sense to try again. */
                "Retry-After": number;
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["TooManyRequestsProblem"];
            };
        };
        /** @description The keys, or the login of the product, cannot be reached. */
        Unavailable: {
            headers: {
                /** @description Seconds until it makes sense to try again. */
                "Retry-After": number;
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["UnavailableProblem"];
            };
        };
        /** @description What `If-None-Match` names is still right. */
        NotModified: {
            headers: {
                /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                ETag: string;
                "X-Request-Id": components["headers"]["RequestId"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content?: never;
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /** @description The id of the request, which the audit log keeps: that of the sender, or else a new one. */
        RequestId: string;
        /** @description How many requests the caller has left (`r`), and for how many seconds (`t`). There is none without limits. */
        RateLimit: string;
        /** @description How many requests each caller may send (`q`) in how many seconds (`w`). */
        RateLimitPolicy: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getStats: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description Only what is about this key. */
                key_id?: string;
                /** @description What is counted together: an hour, or a day in UTC. The default is `hour`. */
                interval?: "hour" | "day";
                /** @description Only what is of this time or later. */
                from?: string;
                /** @description Only what is before this time. */
                to?: string;
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One entry for each hour or day. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description How many entries a page has at most. A page may have fewer, though it is not the last one. */
                limit?: number;
                /** @description The `next_cursor` of the page before. Ask for the rest exactly as for that page. */
                cursor?: string;
                /** @description Only what is about this key. */
                key_id?: string;
                /** @description Only records of this type. */
                type?: components["schemas"]["AuditType"];
                /** @description Only what such an actor did; together with `actor_id`. */
                actor_type?: "user" | "key" | "system";
                /** @description Only what this actor did; together with `actor_type`. */
                actor_id?: string;
                /** @description Only what is of this time or later. */
                from?: string;
                /** @description Only what is before this time. */
                to?: string;
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of records. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    /** @description The next page, with `rel="next"` (RFC 8288). The last page has none. */
                    Link?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    exportAudit: {
        parameters: {
            query?: {
                /** @description The form of the file. Without it, `Accept` decides; the default is `jsonl`. */
                format?: "jsonl" | "csv";
                /** @description Only what is about this key. */
                key_id?: string;
                /** @description Only records of this type. */
                type?: components["schemas"]["AuditType"];
                /** @description Only what such an actor did; together with `actor_id`. */
                actor_type?: "user" | "key" | "system";
                /** @description Only what this actor did; together with `actor_type`. */
                actor_id?: string;
                /** @description Only what is of this time or later. */
                from?: string;
                /** @description Only what is before this time. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One record for each line. */
            200: {
                headers: {
                    /** @description The name of the file. */
                    "Content-Disposition": string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            406: components["responses"]["NotAcceptable"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUsageOfKeys: {
        parameters: {
            query: {
                /** @description The keys: repeated, or separated by commas. */
                key_ids: string[];
                /** @description What is counted together: an hour, or a day in UTC. The default is `hour`. */
                interval?: "hour" | "day";
                /** @description Only what is of this time or later. */
                from?: string;
                /** @description Only what is before this time. */
                to?: string;
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One entry for each key. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeysUsage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTopKeys: {
        parameters: {
            query?: {
                /** @description How many keys at most. The default is 10. */
                limit?: number;
                /** @description Only what is of this time or later. */
                from?: string;
                /** @description Only what is before this time. */
                to?: string;
                /** @description The owner of the keys. The default is `all` if the caller may manage all keys, else `me`. */
                owner?: "me" | "organization" | "all";
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, the one with the most calls first. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TopKeys"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getBudgets: {
        parameters: {
            query?: {
                /** @description Whose budget. The default is `me`, with the one of the organisation above it. */
                owner?: "me" | "organization";
                /** @description A person, in place of `owner`. For another person, the caller must manage all keys. */
                owner_id?: string;
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is left. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetStates"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getKeyBudget: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is left. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetStates"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    grantCredits: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name for the request, at most 255 characters. The same request sent again within 24 hours takes effect once. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GrantCredits"];
            };
        };
        responses: {
            /** @description What is left of the budget now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetState"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["RequestReused"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    verifyAudit: {
        parameters: {
            query?: {
                /** @description How many records are checked at most. The default is 1000. */
                limit?: number;
                /** @description Begins after this record: the `seq` of a checkpoint; together with `after_hash`. */
                after_seq?: number;
                /** @description The `hash` of that checkpoint; together with `after_seq`. */
                after_hash?: string;
                /** @description The `keyed` of that checkpoint. The default is `false`. */
                after_keyed?: "true" | "false";
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerdict"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSelf: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Self"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getCatalog: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The catalog. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Catalog"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listResources: {
        parameters: {
            query?: {
                /** @description What the person has typed. */
                search?: string;
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The type of the resources. */
                type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The choices. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceChoices"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listPeople: {
        parameters: {
            query?: {
                /** @description What the person has typed. */
                search?: string;
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The people. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    bulkRevokeKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRevoke"];
            };
        };
        responses: {
            /** @description What became of each key. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResults"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    bulkDisableKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkDisable"];
            };
        };
        responses: {
            /** @description What became of each key. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResults"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    bulkEnableKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkEnable"];
            };
        };
        responses: {
            /** @description What became of each key. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResults"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeAllKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevokeAll"];
            };
        };
        responses: {
            /** @description The keys that ended. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedAll"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    transferKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransferKey"];
            };
        };
        responses: {
            /** @description The key after the change. */
            200: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRotationSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule of the key. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleOfKey"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    setRotationSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetRotationSchedule"];
            };
        };
        responses: {
            /** @description The schedule of the key. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ScheduleOfKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    endRotationSchedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key has no schedule. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWebhookEvents: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The types. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookEvents"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWebhooksStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How they are doing. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhooksStatus"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description What came of it. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookTest"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description How many entries a page has at most. A page may have fewer, though it is not the last one. */
                limit?: number;
                /** @description The `next_cursor` of the page before. Ask for the rest exactly as for that page. */
                cursor?: string;
                /** @description Only deliveries with one of these statuses: repeated, or separated by commas. */
                status?: components["schemas"]["WebhookDeliveryStatus"][];
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deliveries. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    /** @description The next page, with `rel="next"` (RFC 8288). The last page has none. */
                    Link?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWebhookDelivery: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
                /** @description The `webhook-id` that the receiver sees. */
                event_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDelivery"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    replayWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayWebhook"];
            };
        };
        responses: {
            /** @description How many were queued. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookReplay"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /** @description How many entries a page has at most. A page may have fewer, though it is not the last one. */
                limit?: number;
                /** @description The `next_cursor` of the page before. Ask for the rest exactly as for that page. */
                cursor?: string;
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of webhooks. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    /** @description The next page, with `rel="next"` (RFC 8288). The last page has none. */
                    Link?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhook"];
            };
        };
        responses: {
            /** @description The new webhook, with its secret. */
            201: {
                headers: {
                    /** @description The path of the new webhook. */
                    Location: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook was deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateWebhook"];
            };
        };
        responses: {
            /** @description The webhook after the change. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    pauseWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The webhook after the change. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    resumeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The webhook after the change. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
                /** @description The id of a webhook. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateWebhookSecret"];
            };
        };
        responses: {
            /** @description The webhook, with its new secret. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookWithSecret"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    listKeys: {
        parameters: {
            query?: {
                /** @description How many entries a page has at most. A page may have fewer, though it is not the last one. */
                limit?: number;
                /** @description The `next_cursor` of the page before. Ask for the rest exactly as for that page. */
                cursor?: string;
                /** @description What the keys are sorted by; with `-`, backwards. A key that was never used comes before those that were, and one that never expires behind those that do. The default is `-created_at`: newest first. */
                sort?: "created_at" | "-created_at" | "name" | "-name" | "last_used_at" | "-last_used_at" | "expires_at" | "-expires_at";
                /** @description The owner of the keys. The default is `all` if the caller may manage all keys, else `me`. */
                owner?: "me" | "organization" | "all";
                /** @description What a person types, by name, tag and preview. For each word of it, the key has a word in its name or in a tag that begins so, or its `preview` begins so, also without what stands before its last `_`. Neither case nor accents count. Never send a token. */
                search?: string;
                /** @description Only keys that have all of these tags, whole. Neither case nor accents count. Repeated, or separated by commas. */
                tag?: string[];
                /** @description Only keys of this environment. */
                environment?: string;
                /** @description Only keys that have this scope everywhere: by name, by a scope that gives it, by a wildcard or by a role. Grants on single resources are not looked at. */
                scope?: string;
                /** @description Only keys with one of these statuses: repeated, or separated by commas. */
                status?: components["schemas"]["KeyStatus"][];
                /** @description Only keys that were created before this time, and not used since. */
                unused_since?: string;
                /** @description Only keys that expire before this time. Those that have expired, too: add `status=active` to leave them out. */
                expiring_before?: string;
                /** @description Only keys that could not be made as they are, by the policy of the product as it is now. They go on working until they are ended. The default is `false`: all. */
                breaks_policy?: "true" | "false";
                /** @description Only the keys of this person, in place of `owner`. For another person, the caller must manage all keys. */
                owner_id?: string;
                /** @description Only keys that such a creator made; together with `created_by_id`. */
                created_by_type?: "user" | "key" | "system";
                /** @description Only keys that this person, key or program created; together with `created_by_type`. */
                created_by_id?: string;
                /** @description Whether the keys of all pages are counted, up to 10,000. The default is `false`. */
                total?: "true" | "false";
            };
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of keys. */
            200: {
                headers: {
                    /** @description A digest of the answer: send it back as `If-None-Match`. */
                    ETag: string;
                    /** @description The next page, with `rel="next"` (RFC 8288). The last page has none. */
                    Link?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name for the request, at most 255 characters. The same request sent again within 24 hours takes effect once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateKey"];
            };
        };
        responses: {
            /** @description The new key, with its token. */
            201: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    /** @description The path of the new key. There is none for an API key that may not read what it creates. */
                    Location?: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["RequestReused"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    getKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of an answer that the client has kept. If it is still right, the answer is 304. */
                "If-None-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteKey: {
        parameters: {
            query?: {
                /** @description Whether the key is also deleted. The default is `false`: it is revoked. */
                permanent?: "true" | "false";
            };
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key was revoked or deleted. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateKey"];
            };
        };
        responses: {
            /** @description The key after the change. */
            200: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            428: components["responses"]["VersionRequired"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    enableKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The key after the change. */
            200: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    disableKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DisableKey"];
            };
        };
        responses: {
            /** @description The key after the change. */
            200: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RevokeKey"];
            };
        };
        responses: {
            /** @description The revoked key. */
            200: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description A name for the request, at most 255 characters. The same request sent again within 24 hours takes effect once. */
                "Idempotency-Key"?: string;
                /** @description The `ETag` of the key that the client has read. If the key was changed since, the answer is 412. */
                "If-Match"?: string;
            };
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateKey"];
            };
        };
        responses: {
            /** @description The key, with its new token. */
            200: {
                headers: {
                    /** @description The version of the key, and a digest of what is shown: send it back as `If-Match` or `If-None-Match`. */
                    ETag: string;
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyWithToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["RequestReused"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
    revealKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Empty"];
            };
        };
        responses: {
            /** @description The token. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotAuthenticated"];
            403: components["responses"]["NotPermitted"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            410: components["responses"]["Gone"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            503: components["responses"]["Unavailable"];
        };
    };
}
