"""Prints the models that the tests need: the small LLM in place of the default one."""

from visavis.config import Settings
from visavis.weights.catalog import needed

if __name__ == "__main__":
    print(*needed(Settings(embedded_llm="smollm2-135m")))
