"""The application, and how it is run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import structlog
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from visavis import __version__, logs
from visavis.config import Settings
from visavis.layers.llm.openai import OpenAICompatible
from visavis.outbound.client import GuardedClient
from visavis.protocol.specification import BASE
from visavis.server import errors
from visavis.server.access.auth import Keyring, configured_keys
from visavis.server.access.guard import Guard
from visavis.server.access.headers import ResponseHeaders
from visavis.server.access.limits import Limits
from visavis.server.access.sessions import Sessions
from visavis.server.access.tokens import MeetingTokens
from visavis.server.description import openapi
from visavis.server.metrics import Metrics
from visavis.server.middleware import LimitBody, Observe, Slashes, Stop
from visavis.server.perception import Perception
from visavis.server.postcall import Means, PostCall
from visavis.server.recordings import Recordings
from visavis.server.records.recorder import Recorder
from visavis.server.records.removal import Removal, expire
from visavis.server.resources import resealing
from visavis.server.routes import (
    chat,
    conversations,
    documents,
    events,
    guardrails,
    health,
    interactions,
    meetingtokens,
    memories,
    objectives,
    page,
    persona_tools,
    personas,
    pronunciation,
    recordings,
    records,
    reference,
    replicas,
    signalling,
    skills,
    spec,
    tools,
    voices,
    webhooks,
)
from visavis.server.services import Services
from visavis.server.serving import OnReady, serve
from visavis.server.store import Store
from visavis.server.vault import Vault
from visavis.server.webhooks import Dispatcher, signing_secrets
from visavis.server.wellformed import WellFormed
from visavis.server.workers.supervisor import Supervisor
from visavis.session.apicalls import Outbound

log = structlog.get_logger(__name__)


def create_app(settings: Settings, supervisor: Supervisor, store: Store) -> FastAPI:
    """The ASGI application; its lifespan starts and stops the supervisor and opens and closes the store."""
    metrics = Metrics(supervisor)
    recorder = Recorder(store)
    supervisor.listen(recorder)
    vault = Vault.from_settings(settings)
    tokens = MeetingTokens(vault.derive("meeting tokens"))
    limits = Limits(settings)
    outbound = GuardedClient.from_settings(settings)
    apis = Outbound(lambda: outbound)
    recordings_kept = Recordings(settings, store, recorder.flush)
    recorder.on_ended.append(recordings_kept.ended)
    post_call = PostCall(Means(store, vault, recorder, lambda: supervisor.llm, OpenAICompatible, apis))
    services = Services(
        settings=settings,
        supervisor=supervisor,
        store=store,
        recorder=recorder,
        metrics=metrics,
        sessions=Sessions(),
        tokens=tokens,
        vault=vault,
        limits=limits,
        outbound=outbound,
        apis=apis,
        recordings=recordings_kept,
        post_call=post_call,
        perception=Perception(settings),
        removal=Removal(store, recorder, recordings_kept, post_call),
    )
    dispatcher = Dispatcher(
        store.webhooks,
        outbound,
        signing_secrets(settings, vault),
        metrics,
        timedelta(days=settings.webhook_retention_days),
    )
    app = FastAPI(
        title="visavis",
        version=__version__,
        description=openapi.ABOUT,
        lifespan=_lifespan(services, dispatcher),
        docs_url=None,  # it would load its scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        strict_content_type=False,  # a body without a type is JSON
        middleware=[
            Middleware(Stop, stopping=lambda: supervisor.stopping),
            Middleware(Observe, metrics=metrics),
            Middleware(ResponseHeaders, settings=settings),
            # Browsers call from pages anywhere: a key or a conversation's id is what counts, never a cookie.
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["*"],
                allow_headers=["*"],
                expose_headers=["Location", "Link", "Retry-After"],
            ),
            Middleware(WellFormed),
            Middleware(Slashes),
            Middleware(Guard, keys=Keyring(configured_keys(settings), store.keys), limits=limits),
            Middleware(LimitBody),
        ],
    )
    app.state.services = services
    errors.install(app)
    app.mount(BASE, spec.files())
    talks = (conversations, meetingtokens, events, records, recordings, interactions, webhooks)
    kept = (personas, objectives, guardrails, replicas, voices, documents, pronunciation, memories)
    tooling = (tools, persona_tools, skills)
    for module in (*talks, *kept, *tooling, health, spec, reference, signalling, chat):
        app.include_router(module.router)
    app.mount("/assets", page.assets())
    app.include_router(page.router)
    openapi.describe(app)
    return app


def run(settings: Settings, on_ready: OnReady | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Blocking.

    Args:
        settings: where and how.
        on_ready: called in a thread once conversations can begin; its settings have the port in use.

    Raises:
        ConfigurationError: a setting is wrong, the port is taken, a model or an engine is missing.
    """
    logs.configure(settings.log_format, settings.log_level)
    asyncio.run(serve(settings, create_app, on_ready))


def _lifespan(
    services: Services, dispatcher: Dispatcher
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.store.open()
        await resealing.seal_all(services.store, services.vault)
        await services.recordings.recover()  # first: workers of a server that crashed may still write
        if left := await services.recorder.recover():
            log.warning("conversations of a server that crashed are over", count=left)
        background = [
            asyncio.create_task(services.recorder.run()),
            asyncio.create_task(services.metrics.lag.watch()),
            asyncio.create_task(expire(services.removal, services.settings.conversation_retention_days)),
            asyncio.create_task(services.perception.prepare(services.store)),
        ]
        after_calls = asyncio.create_task(services.post_call.run())
        dispatcher.start()
        await services.supervisor.start()
        try:
            yield
        finally:
            await services.supervisor.stop()
            await services.recordings.aclose()
            await services.recorder.flush()
            services.post_call.stop()
            await asyncio.gather(after_calls, return_exceptions=True)
            await dispatcher.stop()
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await services.outbound.aclose()
            await services.store.close()

    return lifespan
