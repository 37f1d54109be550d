//! The simulator over real HTTP: a server a console can be tried against.
#![allow(clippy::unwrap_used, clippy::panic)]

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use ward_sim::{Options, WardSim};

async fn sim() -> (WardSim, Client) {
    (ward_sim::start(Options::default()).await.unwrap(), Client::new())
}

async fn get(client: &Client, url: String) -> Value {
    client.get(url).send().await.unwrap().json().await.unwrap()
}

fn entries(bundle: &Value) -> &Vec<Value> {
    bundle["entry"].as_array().unwrap()
}

#[tokio::test]
async fn the_same_seed_gives_the_same_past() {
    let (sim, client) = sim().await;
    let base = sim.base();
    let url = format!("{base}/Observation?patient=ward-p12&code=8867-4&_sort=-date&_count=3");
    let first = get(&client, url.clone() + "&_lastUpdated=lt2020").await;
    assert_eq!(first["total"], 0);
    let page = get(&client, url).await;
    assert_eq!(entries(&page).len(), 3);
    let id = entries(&page)[1]["resource"]["id"].as_str().unwrap();
    let (a, b) = (
        get(&client, format!("{base}/Observation/{id}")).await,
        get(&client, format!("{base}/Observation/{id}")).await,
    );
    assert_eq!(a, b);
    assert_eq!(a["valueSampledData"]["data"].as_str().unwrap().split(' ').count(), 3600);
}

#[tokio::test]
async fn paging_meets_every_resource_once() {
    let (sim, client) = sim().await;
    let mut url = Some(format!("{}/Encounter?_count=7", sim.base()));
    let mut seen = std::collections::HashSet::new();
    while let Some(at) = url {
        let page = get(&client, at).await;
        for entry in entries(&page) {
            assert!(seen.insert(entry["resource"]["id"].as_str().unwrap().to_owned()));
        }
        let links = page["link"].as_array().unwrap();
        url = links.iter().find(|l| l["relation"] == "next").map(|l| l["url"].as_str().unwrap().to_owned());
    }
    assert_eq!(seen.len(), 30);
}

#[tokio::test]
async fn conditional_and_versioned_writes_answer_as_fhir_says() {
    let (sim, client) = sim().await;
    let base = sim.base();
    let note = json!({ "resourceType": "Communication", "status": "completed", "identifier": [{ "system": "s", "value": "k" }] });
    let post = || {
        client
            .post(format!("{base}/Communication"))
            .header("If-None-Exist", "identifier=s|k")
            .json(&note)
            .send()
    };
    let first = post().await.unwrap();
    assert_eq!(first.status(), StatusCode::CREATED);
    let made: Value = first.json().await.unwrap();
    assert_eq!(post().await.unwrap().status(), StatusCode::OK);
    let found = get(&client, format!("{base}/Communication?identifier=s%7Ck")).await;
    assert_eq!(found["total"], 1);
    let id = made["id"].as_str().unwrap();
    let put = |tag: &'static str| {
        client.put(format!("{base}/Communication/{id}")).header("If-Match", tag).json(&made).send()
    };
    assert_eq!(put("W/\"9\"").await.unwrap().status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(put("W/\"1\"").await.unwrap().status(), StatusCode::OK);
    let history = get(&client, format!("{base}/Communication/_history?_since=2020-01-01")).await;
    let own = |entry: &&Value| entry["fullUrl"].as_str().unwrap().ends_with(id);
    assert_eq!(entries(&history).iter().filter(own).count(), 2);
    assert_eq!(
        client.delete(format!("{base}/Communication/{id}")).send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    let gone = client.get(format!("{base}/Communication/{id}")).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::GONE);
    assert_eq!(gone.json::<Value>().await.unwrap()["resourceType"], "OperationOutcome");
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing() {
    let (sim, client) = sim().await;
    let entry = |kind: &str, id: &str, method: &str| {
        json!({
            "resource": { "resourceType": kind, "id": id }, "request": { "method": method, "url": format!("{kind}/{id}") },
        })
    };
    let bundle =
        |entries: Vec<Value>| json!({ "resourceType": "Bundle", "type": "transaction", "entry": entries });
    let send = |b: Value| client.post(sim.base()).json(&b).send();
    let bad =
        send(bundle(vec![entry("Patient", "new-1", "PUT"), entry("Nonsense", "x", "PUT")])).await.unwrap();
    assert!(bad.status().is_client_error());
    let missing = client.get(format!("{}/Patient/new-1", sim.base())).send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(send(bundle(vec![entry("Patient", "new-1", "PUT")])).await.unwrap().status(), StatusCode::OK);
    let there = client.get(format!("{}/Patient/new-1", sim.base())).send().await.unwrap();
    assert_eq!(there.status(), StatusCode::OK);
}

#[tokio::test]
async fn alarms_of_the_stories_are_there_at_the_start() {
    let (sim, client) = sim().await;
    let open = get(
        &client,
        format!("{}/DetectedIssue?status=preliminary&_include=DetectedIssue:patient", sim.base()),
    )
    .await;
    let texts: Vec<&str> =
        entries(&open).iter().filter_map(|e| e["resource"]["code"]["text"].as_str()).collect();
    for wanted in ["SpO2", "RR", "AFib", "Glucose", "sensor off", "Battery", "gateway", "ICD"] {
        assert!(texts.iter().any(|t| t.contains(wanted)), "{wanted} in {texts:?}");
    }
    assert!(entries(&open).iter().any(|e| e["search"]["mode"] == "include"));
}

#[tokio::test]
async fn a_cut_link_breaks_and_comes_back_and_500_is_a_500() {
    let (sim, client) = sim().await;
    let ask = || client.get(format!("{}/metadata", sim.base())).send();
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
    sim.cut_link(true);
    assert!(ask().await.is_err());
    sim.cut_link(false);
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
    sim.fail_with(500);
    assert_eq!(ask().await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    let admin = client.post(format!("{}/fail?status=0", sim.admin())).send().await.unwrap();
    assert_eq!(admin.status(), StatusCode::OK);
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
}

/// Who is looked for among a hundred thousand is found by every parameter, and nobody else is.
#[tokio::test]
async fn a_register_of_a_hundred_thousand_is_searched_as_honestly_as_the_ward() {
    let options = Options { register: 100_000, ..Options::of_two_days() };
    let (sim, client) = (ward_sim::start(options).await.unwrap(), Client::new());
    let total = async |query: &str| get(&client, format!("{}/{query}", sim.base())).await["total"].clone();
    for (query, wanted) in [
        ("Patient?_count=0", 100_030),
        ("Patient?_id=register-000007,ward-p01,nobody", 2),
        ("Patient?identifier=R-000007", 1),
        ("Location?partof=ward-7b&_count=0", 12),
        ("Location?partof=7b&_count=0", 0),
        ("Encounter?location=bed-13&status=in-progress", 1),
        ("Encounter?location=elsewhere-0&status=in-progress&_count=0", 30),
        ("Encounter?patient=register-000007", 1),
        ("Observation?patient=register-000007,register-000008&_count=0", 6),
        ("Observation?patient=register-000007&date=lt2020-01-01", 0),
        ("DetectedIssue?patient=register-000007", 0),
    ] {
        assert_eq!(total(query).await, wanted, "{query}");
    }
    // Those who lay in a bed before are found there, too, and are over.
    let bed = total("Encounter?location=bed-13&_count=0").await.as_u64().unwrap();
    assert!(bed > 50, "{bed}");
    let named = total("Patient?name=adey&_count=0").await.as_u64().unwrap();
    assert!(named > 1000 && named < 20_000, "{named}");
    let one = get(&client, format!("{}/Patient/register-000007", sim.base())).await;
    assert_eq!(one["identifier"][0]["value"], "R-000007");
    let programme = get(&client, format!("{}/Group/home-programme", sim.base())).await;
    assert_eq!(programme["member"].as_array().unwrap().len(), 6);
    let none = client.get(format!("{}/Patient/register-100000", sim.base())).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
}
