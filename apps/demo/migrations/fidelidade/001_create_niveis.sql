-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE niveis (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  nome            VARCHAR(30) NOT NULL,
  pontos_minimos  INTEGER     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, nome),
  UNIQUE (organization_id, pontos_minimos)
);

-- @down
DROP TABLE niveis;
