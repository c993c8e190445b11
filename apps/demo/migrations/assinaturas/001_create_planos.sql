-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE planos (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  nome            VARCHAR(60)   NOT NULL,
  mensalidade     NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome),
  CHECK (mensalidade >= 0)
);

-- @down
DROP TABLE planos;
