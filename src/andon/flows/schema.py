"""What a node type is, as data: the designer draws its palette and its forms from this. Pure."""

from typing import Any, Final

import msgspec
from msgspec.inspect import (
    BoolType,
    CustomType,
    DictType,
    EnumType,
    Field,
    FloatType,
    IntType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    UUIDType,
    VarTupleType,
    type_info,
)

from andon.flows.nodes import NODE_TYPES
from andon.flows.nodes.base import BaseNode

_SHARED: Final = frozenset(field.name for field in msgspec.structs.fields(BaseNode))


def node_types() -> list[dict[str, Any]]:
    """Every node type: `type`, its exits `needed` and `optional`, whether it `waits`, and its `fields`."""
    return [
        {
            "type": str(kind.__struct_config__.tag),
            "needed": list(kind.needed),
            "optional": list(kind.optional),
            "waits": kind.waits,
            "fields": [_field(field) for field in _fields(kind)],
        }
        for kind in NODE_TYPES
    ]


def _fields(kind: type[BaseNode]) -> list[Field]:
    info = type_info(kind)
    if not isinstance(info, StructType):
        raise TypeError(f"{kind} is no struct")
    return [field for field in info.fields if field.name not in _SHARED]


def _field(field: Field) -> dict[str, Any]:
    """`shape` is one, list or map; `kind` says what a value is, `key` what the keys of a map are."""
    said: dict[str, Any] = {"name": field.name, "required": field.required, **_shape(field.type)}
    if not field.required:
        factory = field.default_factory
        default = factory() if factory is not msgspec.NODEFAULT else field.default
        said["default"] = msgspec.to_builtins(default)
    return said


def _shape(kind: Type) -> dict[str, Any]:
    bare = _bare(kind)
    if isinstance(bare, UnionType):
        inner = next(each for each in bare.types if not isinstance(each, NoneType))
        return {**_shape(inner), "nullable": True}
    if isinstance(bare, VarTupleType):
        return {**_value(bare.item_type), "shape": "list"}
    if isinstance(bare, DictType):
        return {**_value(bare.value_type), "shape": "map", "key": _value(bare.key_type)["kind"]}
    return {**_value(kind), "shape": "one"}


def _bare(kind: Type) -> Type:
    while isinstance(kind, Metadata):
        kind = kind.type
    return kind


def _value(kind: Type) -> dict[str, Any]:
    """Kind and limits of one value."""
    marked = _marked(kind)
    bare = _bare(kind)
    match bare:
        case BoolType():
            return {"kind": "truth"}
        case IntType() | FloatType():
            limits = {"min": bare.ge, "max": bare.le}
            name = "integer" if isinstance(bare, IntType) else "number"
            return {"kind": name} | {each: limit for each, limit in limits.items() if limit is not None}
        case LiteralType(values=values):
            return {"kind": "choice", "choices": list(values)}
        case EnumType(cls=cls):
            return {"kind": "choice", "choices": [each.value for each in cls]}
        case StrType():
            most = {} if bare.max_length is None else {"max": bare.max_length}
            return {"kind": marked or "text"} | most
        case UUIDType() | CustomType():
            return {"kind": marked or "text"}
    raise TypeError(f"no form knows {kind}")


def _marked(kind: Type) -> str | None:
    """The kind a field's annotation names."""
    while isinstance(kind, Metadata):
        if kind.extra and "kind" in kind.extra:
            return str(kind.extra["kind"])
        kind = kind.type
    return None
