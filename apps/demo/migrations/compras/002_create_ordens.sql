-- @metadata {"version": "1.1.0", "dependencies": ["catalogo:002_create_produtos", "estoque"]}

CREATE TYPE ordens_compra_status AS ENUM ('rascunho', 'enviada', 'recebida');

CREATE TABLE ordens_compra (
  id              UUID                 NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID                 NOT NULL,
  fornecedor_id   UUID                 NOT NULL,
  numero          INTEGER              NOT NULL,
  status          ordens_compra_status NOT NULL,
  created_at      TIMESTAMPTZ          NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, numero),
  FOREIGN KEY (organization_id, fornecedor_id)
    REFERENCES fornecedores (organization_id, id)
);

CREATE INDEX ON ordens_compra (organization_id, fornecedor_id);
CREATE INDEX ON ordens_compra (organization_id, status);

CREATE TABLE itens_ordem (
  id              UUID          NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID          NOT NULL,
  ordem_id        UUID          NOT NULL,
  sku_id          UUID          NOT NULL,
  quantidade      INTEGER       NOT NULL,
  custo_unitario  NUMERIC(14,2) NOT NULL,
  created_at      TIMESTAMPTZ   NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, ordem_id, sku_id),
  CHECK (quantidade > 0),
  CHECK (custo_unitario >= 0),
  FOREIGN KEY (organization_id, ordem_id)
    REFERENCES ordens_compra (organization_id, id) ON DELETE CASCADE
);

-- @down
DROP TABLE itens_ordem;
DROP TABLE ordens_compra;
DROP TYPE ordens_compra_status;
