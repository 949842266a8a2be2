"""Tasks of one owner: no error of theirs is lost."""

from structlog.testing import capture_logs

from app.process.supervised import SupervisedTasks


async def fail(error: Exception) -> None:
    raise error


def raised(tasks: SupervisedTasks) -> Exception | None:
    try:
        tasks.raise_fault()
    except Exception as error:  # noqa: BLE001 - the test looks at it
        return error
    return None


async def test_the_owner_hears_of_the_first_error_and_the_log_of_every_other() -> None:
    tasks, errors = SupervisedTasks(), [ValueError("a bug"), OSError("the network"), KeyError("another bug")]
    with capture_logs() as logged:
        for error in errors:
            tasks.start(fail(error))
        while tasks.running:
            await tasks.change()
    assert raised(tasks) is errors[0]
    assert [entry["exc_info"] for entry in logged] == errors[1:]
    assert raised(tasks) is None


async def test_an_owner_that_has_heard_hears_of_the_next() -> None:
    tasks, errors = SupervisedTasks(), [ValueError("one"), ValueError("two")]
    for error in errors:
        tasks.start(fail(error))
        while tasks.running:
            await tasks.change()
        assert raised(tasks) is error
