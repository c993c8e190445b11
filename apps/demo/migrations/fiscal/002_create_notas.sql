-- @metadata {"version": "1.1.0", "dependencies": ["vendas@>=1.1.0"]}

CREATE TABLE notas_fiscais (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  natureza_id     UUID          NOT NULL,
  pedido_id       UUID          NOT NULL,
  numero          INTEGER       NOT NULL,
  chave           CHAR(44)      NOT NULL,
  valor           NUMERIC(14,2) NOT NULL,
  icms            NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, numero),
  UNIQUE (chave),
  CHECK (chave ~ '^[0-9]{44}$'),
  CHECK (valor >= 0),
  CHECK (icms >= 0),
  CHECK (icms <= valor),
  FOREIGN KEY (organization_id, natureza_id)
    REFERENCES naturezas_operacao (organization_id, id)
);

CREATE INDEX ON notas_fiscais (organization_id, pedido_id);
CREATE INDEX ON notas_fiscais (organization_id, created_at);

COMMENT ON COLUMN notas_fiscais.chave IS 'No two companies have an invoice with the same key: unique across all tenants.';

CREATE TYPE eventos_nota_tipo AS ENUM ('autorizacao', 'carta_correcao', 'cancelamento');

CREATE TABLE eventos_nota (
  id              UUID              NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID              NOT NULL,
  nota_id         UUID              NOT NULL,
  tipo            eventos_nota_tipo NOT NULL,
  protocolo       CHAR(15)          NOT NULL,
  created_at      TIMESTAMPTZ       NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  FOREIGN KEY (organization_id, nota_id)
    REFERENCES notas_fiscais (organization_id, id) ON DELETE CASCADE
);

CREATE INDEX ON eventos_nota (organization_id, nota_id);

-- @down
DROP TABLE eventos_nota;
DROP TABLE notas_fiscais;
DROP TYPE eventos_nota_tipo;
