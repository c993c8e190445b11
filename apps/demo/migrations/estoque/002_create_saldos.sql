-- @metadata {"version": "1.1.0", "dependencies": ["catalogo@^1.1.0", "vendas:002_create_pedidos"]}

CREATE TABLE saldos (
  id              UUID        NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID        NOT NULL,
  deposito_id     UUID        NOT NULL,
  sku_id          UUID        NOT NULL,
  quantidade      INTEGER     NOT NULL,
  created_at      TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  UNIQUE (organization_id, deposito_id, sku_id),
  CHECK (quantidade >= 0),
  FOREIGN KEY (organization_id, deposito_id)
    REFERENCES depositos (organization_id, id)
);

COMMENT ON COLUMN saldos.quantidade IS 'Nothing is sold that is not there: the order that tries is undone as a whole.';

CREATE TYPE movimentos_tipo AS ENUM ('inventario', 'entrada', 'venda', 'retorno');

CREATE TABLE movimentos (
  id              UUID            NOT NULL DEFAULT gen_random_uuid(),
  organization_id UUID            NOT NULL,
  deposito_id     UUID            NOT NULL,
  sku_id          UUID            NOT NULL,
  pedido_id       UUID,
  tipo            movimentos_tipo NOT NULL,
  quantidade      INTEGER         NOT NULL,
  created_at      TIMESTAMPTZ     NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, id),
  CHECK (quantidade <> 0),
  FOREIGN KEY (organization_id, deposito_id)
    REFERENCES depositos (organization_id, id)
);

CREATE INDEX ON movimentos (organization_id, deposito_id, sku_id);
CREATE INDEX ON movimentos (organization_id, pedido_id);

-- @down
DROP TABLE movimentos;
DROP TABLE saldos;
DROP TYPE movimentos_tipo;
