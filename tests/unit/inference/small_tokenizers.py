"""Small tokenizer.json files of the kinds whose real ones exist on the hub alone."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from tokenizers import Tokenizer
from tokenizers.models import BPE, Unigram
from tokenizers.normalizers import Replace
from tokenizers.pre_tokenizers import Metaspace, Split
from tokenizers.processors import TemplateProcessing

if TYPE_CHECKING:
    from pathlib import Path

LETTERS = string.ascii_letters + string.digits + "'!,.หมาเล่นหิมะ狗在雪地里玩"


def write_gemma(path: Path) -> None:
    """Byte pairs with bytes for what is unknown; an end token, no begin token (SigLIP 2)."""
    words = ["<pad>", "<eos>", "<bos>", "<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
    words += dict.fromkeys(["▁", *LETTERS, "do", "dog", "▁dog"])
    vocabulary = {word: index for index, word in enumerate(words)}
    merges = [("d", "o"), ("do", "g"), ("▁", "dog")]
    tokenizer = Tokenizer(
        BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    tokenizer.normalizer = Replace(" ", "▁")
    tokenizer.pre_tokenizer = Split(" ", "merged_with_previous")
    tokenizer.add_special_tokens(words[:4])
    tokenizer.post_processor = TemplateProcessing("$A <eos>", special_tokens=[("<eos>", 1)])
    tokenizer.save(str(path))


def write_xlm_roberta(path: Path) -> None:
    """A unigram model between <s> and </s> (XLM-RoBERTa)."""
    words = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁dog", *dict.fromkeys(LETTERS)]
    scores = [0.0] * 4 + [-2.0 - index / 10 for index in range(len(words) - 4)]
    tokenizer = Tokenizer(Unigram(list(zip(words, scores, strict=True)), unk_id=3))
    tokenizer.pre_tokenizer = Metaspace()
    tokenizer.add_special_tokens(words[:4])
    tokenizer.post_processor = TemplateProcessing(
        "<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(path))
