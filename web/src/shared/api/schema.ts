// Stands in until `npm run generate` writes this file from openapi.json.

interface AnyOperation {
  parameters: { query?: Record<string, unknown>; path?: Record<string, string | number> };
  requestBody?: { content: { "application/json": unknown } };
  responses: { 200: { content: { "application/json": unknown } } };
}

export interface paths {
  [path: string]: {
    get: AnyOperation;
    post: AnyOperation;
    put: AnyOperation;
    patch: AnyOperation;
    delete: AnyOperation;
  };
}
