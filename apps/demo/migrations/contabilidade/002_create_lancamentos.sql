-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0", "financeiro", "fiscal"]}

CREATE TABLE lancamentos (
  id              UUID         NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID         NOT NULL,
  origem_id       UUID         NOT NULL,
  dia             DATE         NOT NULL,
  historico       VARCHAR(200) NOT NULL,
  created_at      TIMESTAMPTZ  NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (historico <> '')
);

CREATE INDEX ON lancamentos (organization_id, dia);
CREATE INDEX ON lancamentos (organization_id, origem_id);

CREATE TYPE partidas_lado AS ENUM ('debito', 'credito');

CREATE TABLE partidas (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  lancamento_id   UUID          NOT NULL,
  conta_id        UUID          NOT NULL,
  lado            partidas_lado NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (valor >= 0),
  FOREIGN KEY (organization_id, lancamento_id)
    REFERENCES lancamentos (organization_id, id) ON DELETE CASCADE,
  FOREIGN KEY (organization_id, conta_id)
    REFERENCES contas (organization_id, id)
);

CREATE INDEX ON partidas (organization_id, lancamento_id);
CREATE INDEX ON partidas (organization_id, conta_id);

COMMENT ON TABLE partidas IS 'One side of double entry: the two sides of a lancamento are equal.';

-- @down
DROP TABLE partidas;
DROP TABLE lancamentos;
DROP TYPE partidas_lado;
