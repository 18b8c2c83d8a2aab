import { readFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString, COMMENT_HEADER, type OpenAPI3 } from "openapi-typescript";
import { expect, it } from "vitest";

it("is what openapi.json says (else run `make openapi`)", async () => {
  const told = JSON.parse(readFileSync(join(__dirname, "../../../openapi.json"), "utf8")) as OpenAPI3;
  const generated = `${COMMENT_HEADER}${astToString(await openapiTS(told))}`;
  // Compared as one flag: a difference of thousands of lines helps nobody.
  expect(generated === readFileSync(join(__dirname, "schema.ts"), "utf8")).toBe(true);
});
