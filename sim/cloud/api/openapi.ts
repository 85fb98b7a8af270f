import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { Route } from "./route.js";
import * as schemas from "./schemas.js";
import { SCOPES, type Scope } from "./tokens.js";

/** What may go wrong with any request, by status. */
const COMMON_PROBLEMS: Readonly<Record<string, string>> = {
  "401": "The token is missing, or not good",
  "403": "The token may not do this",
  "422": "The request is not as it should be",
  "429": "This token asks too often: try again after Retry-After seconds",
  "503": "Nobody can do this right now: try again after Retry-After seconds",
};

/** Schemas with names of their own in the document. */
const NAMED: Readonly<Record<string, v.GenericSchema>> = Object.fromEntries(
  Object.entries(schemas)
    .filter(([name]) => /^(New|\w+View$|\w+Changes$)/.test(name))
    .map(([name, schema]) => [name.replace(/View$/, ""), schema]),
);

/** The OpenAPI 3.1 document of the routes, made of the schemas that requests and answers are held to. */
export function openApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "SmartBox cloud",
      version: "1",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description:
        "Locations, boxes, keys, people and accesses of one organisation; what happened at its boxes; what is wrong with them. " +
        "Times are seconds since 1970 UTC. A request that changes something takes an `Idempotency-Key`: sent again with the same " +
        "key within a day it is done once, and answered as the first time.",
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name, description: `All about ${name}` })),
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: scopesInWords() } },
      schemas: Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, bare(schema, modeOf(name))])),
      responses: Object.fromEntries(
        Object.entries({ ...COMMON_PROBLEMS, ...PROBLEMS }).map(([status, description]) => [
          `Problem${status}`,
          {
            description,
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        ]),
      ),
      parameters: {
        IdempotencyKey: {
          name: "Idempotency-Key",
          in: "header",
          description: "1 to 128 printable ASCII characters: a new one for each thing that is to be done",
          schema: { type: "string", minLength: 1, maxLength: 128 },
        },
      },
    },
  };
}

/** Of some requests only. */
const PROBLEMS: Readonly<Record<string, string>> = {
  "400": "The body is not JSON, or the cursor is not one of this list",
  "404": "There is no such thing, not in this organisation",
  "409": "This cannot be done as things are",
  "413": "The body is too long",
};

function operation(route: Route): object {
  const { id, summary, tag, params, query, body, method, status, answer, scope } = route;
  const isChange = method !== "get";
  const more = [
    ...(body !== undefined || query !== undefined ? ["400"] : []),
    ...(params !== undefined ? ["404"] : []),
    ...(isChange ? ["409", "413"] : []),
  ];
  return {
    operationId: id,
    summary,
    description: `Scope: \`${scope}\`.`,
    tags: [tag],
    parameters: [
      ...parametersOf("path", params),
      ...parametersOf("query", query),
      ...(isChange ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
    ],
    ...(body !== undefined && { requestBody: { required: true, content: json(body, "input") } }),
    responses: {
      [status]: { description: summary, ...(answer !== undefined && { content: json(answer, "output") }) },
      ...Object.fromEntries(
        [...Object.keys(COMMON_PROBLEMS), ...more].map((one) => [
          one,
          { $ref: `#/components/responses/Problem${one}` },
        ]),
      ),
    },
  };
}

type Mode = "input" | "output";

function parametersOf(place: "path" | "query", schema: v.GenericSchema | undefined): object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = bare(schema, "input") as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, one]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: one,
  }));
}

function json(schema: v.GenericSchema, mode: Mode): object {
  const named = Object.entries(NAMED).find(([name, one]) => one === schema && modeOf(name) === mode);
  const shown = named === undefined ? bare(schema, mode) : { $ref: `#/components/schemas/${named[0]}` };
  return { "application/json": { schema: shown } };
}

function modeOf(name: string): Mode {
  return /^New|Changes$/.test(name) ? "input" : "output";
}

/** As it stands in a document, with references to what has a name. */
function bare(schema: v.GenericSchema, mode: Mode): object {
  const named = Object.entries(NAMED).filter(([name, one]) => one !== schema && modeOf(name) === mode);
  const {
    $schema: _schema,
    $defs: _defs,
    ...rest
  } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: mode,
    // Checks in code have no words in JSON Schema: they are told by the answer.
    errorMode: "ignore",
    definitions: Object.fromEntries(named),
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  }) as Record<string, unknown>;
  return rest;
}

function scopesInWords(): string {
  const lines = Object.entries(SCOPES).map(([scope, opens]) => `\`${scope as Scope}\`: ${opens}.`);
  return `A token has scopes. ${lines.join(" ")}`;
}
