/** Write src/api/providers.ts: what each provider's account needs, as the API's description says it. */

import { readFileSync, writeFileSync } from 'node:fs';

const description = JSON.parse(readFileSync('../openapi.json', 'utf8'));
const providers = description.components.schemas.AccountBody['x-providers'];

const fieldsOf = ({ properties = {}, required = [] }) =>
  Object.entries(properties).map(([name, schema]) => {
    const { type, format, enum: choices } = schema.anyOf?.find((one) => one.type !== 'null') ?? schema;
    const kind = choices ? 'choice' : format === 'password' ? 'secret' : type === 'string' ? 'text' : type;
    return { name, kind, required: required.includes(name), choices, usual: schema.default ?? undefined };
  });

const found = Object.entries(providers).map(([name, { channels, config, credentials, max_in_flight }]) => [
  name,
  { channels, config: fieldsOf(config), credentials: fieldsOf(credentials), in_flight: max_in_flight },
]);

writeFileSync(
  'src/api/providers.ts',
  `/** Written by providers.mjs. */

export interface Field {
  name: string;
  kind: 'text' | 'secret' | 'choice' | 'integer' | 'boolean' | 'object';
  required: boolean;
  choices?: string[];
  usual?: string | number | boolean;
}

export const PROVIDERS: Record<string, { channels: string[]; config: Field[]; credentials: Field[]; in_flight: number }> = ${JSON.stringify(Object.fromEntries(found), null, 2)};
`,
);
