-- @metadata {"version": "1.1.0", "dependencies": []}

CREATE TABLE batidas (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  funcionario_id  UUID        NOT NULL,
  momento         TIMESTAMPTZ NOT NULL,
  entrada         BOOLEAN     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, funcionario_id, momento),
  FOREIGN KEY (organization_id, funcionario_id)
    REFERENCES funcionarios (organization_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE batidas IS 'One punch of the time clock.';

-- @down
DROP TABLE batidas;
