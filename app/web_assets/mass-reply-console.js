import{C as e,D as t,E as n,O as r,S as i,T as a,_ as o,a as s,b as c,c as l,d as u,f as ee,g as d,h as f,i as te,l as p,m as ne,n as re,o as m,p as ie,r as ae,s as oe,t as se,u as h,v as ce,w as g,x as _,y as v}from"./mass-reply-dialog.js";var le=e=>(...t)=>({_$litDirective$:e,values:t}),ue=class{constructor(e){}get _$AU(){return this._$AM._$AU}_$AT(e,t,n){this._$Ct=e,this._$AM=t,this._$Ci=n}_$AS(e,t){return this.update(e,t)}update(e,t){return this.render(...t)}},{I:de}=t,fe={},pe=(e,t=fe)=>e._$AH=t,me=le(class extends ue{constructor(){super(...arguments),this.key=a}render(e,t){return this.key=e,t}update(e,[t,n]){return t!==this.key&&(pe(e),this.key=t),n}}),y={meta:{channels:[`facebook`,`instagram`],config:[{name:`page_id`,kind:`text`,required:!1},{name:`instagram_id`,kind:`text`,required:!1},{name:`api_version`,kind:`text`,required:!1,usual:`v25.0`},{name:`human_agent`,kind:`boolean`,required:!1,usual:!1},{name:`base_url`,kind:`text`,required:!1}],credentials:[{name:`access_token`,kind:`secret`,required:!0},{name:`app_secret`,kind:`secret`,required:!0},{name:`verify_token`,kind:`secret`,required:!0}],in_flight:32},postmark:{channels:[`email`],config:[{name:`from`,kind:`text`,required:!0},{name:`reply_to`,kind:`text`,required:!1},{name:`message_stream`,kind:`text`,required:!1,usual:`outbound`},{name:`base_url`,kind:`text`,required:!1,usual:`https://api.postmarkapp.com`}],credentials:[{name:`server_token`,kind:`secret`,required:!0}],in_flight:1e3},sendgrid:{channels:[`email`],config:[{name:`from`,kind:`text`,required:!0},{name:`reply_to`,kind:`text`,required:!1},{name:`webhook_public_key`,kind:`text`,required:!1},{name:`inbound_public_key`,kind:`text`,required:!1},{name:`base_url`,kind:`text`,required:!1,usual:`https://api.sendgrid.com`}],credentials:[{name:`api_key`,kind:`secret`,required:!0}],in_flight:32},smtp:{channels:[`email`],config:[{name:`from`,kind:`text`,required:!0},{name:`reply_to`,kind:`text`,required:!1},{name:`host`,kind:`text`,required:!0},{name:`port`,kind:`integer`,required:!0},{name:`tls`,kind:`choice`,required:!1,choices:[`starttls`,`implicit`,`none`],usual:`starttls`}],credentials:[{name:`username`,kind:`text`,required:!1},{name:`password`,kind:`secret`,required:!1}],in_flight:32},twilio:{channels:[`sms`],config:[{name:`account_sid`,kind:`text`,required:!0},{name:`from`,kind:`text`,required:!1},{name:`messaging_service_sid`,kind:`text`,required:!1},{name:`region`,kind:`text`,required:!1},{name:`base_url`,kind:`text`,required:!1,usual:`https://api.twilio.com`}],credentials:[{name:`auth_token`,kind:`secret`,required:!0}],in_flight:32},webchat:{channels:[`chat`],config:[],credentials:[],in_flight:32},webhook:{channels:[`chat`,`email`,`facebook`,`instagram`,`other`,`sms`,`whatsapp`],config:[{name:`url`,kind:`text`,required:!0},{name:`region`,kind:`text`,required:!1}],credentials:[{name:`secret`,kind:`secret`,required:!0}],in_flight:32},whatsapp_cloud:{channels:[`whatsapp`],config:[{name:`phone_number_id`,kind:`text`,required:!0},{name:`api_version`,kind:`text`,required:!1,usual:`v25.0`},{name:`fallback_template`,kind:`object`,required:!1},{name:`base_url`,kind:`text`,required:!1,usual:`https://graph.facebook.com`}],credentials:[{name:`access_token`,kind:`secret`,required:!0},{name:`app_secret`,kind:`secret`,required:!0},{name:`verify_token`,kind:`secret`,required:!0}],in_flight:32}},b=class extends g{constructor(...e){super(...e),this.place=new URLSearchParams,this.problem=``,this.may=e=>this.me.permissions.includes(e),this.#e=null}createRenderRoot(){return this}#e;async try(e){this.problem=``;try{await e()}catch(t){this.failed(t,()=>this.try(e))}}failed(e,t){let n=e instanceof ce||v(e);if(this.#e=n?t:null,e instanceof o)this.dispatchEvent(new Event(`signed-out`,{bubbles:!0}));else if(n)this.problem=this.words.say(v(e)?`overloaded`:`no_answer`);else if(e instanceof d)this.problem=he(e,this.words);else if(e instanceof SyntaxError)this.problem=this.words.say(`not_json`);else throw e}async isTaken(e){try{return await e,!0}catch(e){if(e instanceof d&&e.status===404)return!1;throw e}}said(){let e=this.#e,t=e&&n` <button @click=${()=>{this.problem=``,e()}}>${this.words.say(`try_again`)}</button>`;return this.problem?n`<p class="note bad" role="alert">${this.problem}${t}</p>`:``}};p([i({attribute:!1})],b.prototype,`api`,void 0),p([i({attribute:!1})],b.prototype,`words`,void 0),p([i({attribute:!1})],b.prototype,`me`,void 0),p([i({attribute:!1})],b.prototype,`place`,void 0),p([_()],b.prototype,`problem`,void 0);var he=(e,t)=>[t.fault(e),...e.faults.map(e=>`${ge(e.pointer,t)} ${t.fault(e)}`)].join(` `),ge=(e,t)=>{let[,n]=/^\/(?:config|credentials)\/(\w+)$/.exec(e)??[];return n?`${t.field(n)}:`:e},x=(e,t={})=>{let n=t instanceof URLSearchParams?[...t]:Object.entries(t),r=new URLSearchParams(n.filter(([,e])=>e));return`#/${e}${r.size?`?${r}`:``}`};async function S(e){let t=[];for(let n,r=!0;r||n;r=!1){let r=await e(n);t.push(...r.items),n=r.next_cursor??void 0}return t}async function _e(e){return navigator.clipboard?navigator.clipboard.writeText(e.value).then(()=>!0,()=>!1):(e.select(),document.execCommand(`copy`))}var ve=e=>n`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${ye[e]??ye.other}></path></svg>`,ye={email:`M1.5 3.5h13v9h-13zM1.5 4l6.500 5 6.500-5`,chat:`M1.500 2.500h13v8.500h-7l-3.500 3v-3h-2.500z`,sms:`M4.500 1.500h7v13h-7zM7 12.500h2`,whatsapp:`M8 1.500a6.500 6.500 0 1 1-3.300 12.100l-3.200.9.900-3.100A6.500 6.500 0 0 1 8 1.500M5.500 5.500c0 3 2 5 5 5`,voice:`M3 2l2.500-.5 1.500 3.500-1.500 1.500c.7 1.500 2 2.800 3.500 3.500l1.500-1.500 3.500 1.500-.5 2.500c-6 1-11.500-4.500-10.500-10.500`,facebook:`M8 1.500c3.700 0 6.500 2.600 6.500 6s-2.800 6-6.500 6l-2 1.500-.5-2.100C3 12 1.500 10 1.500 7.500c0-3.400 2.800-6 6.500-6M4.500 9l2.500-2.500 2 1.500 2.500-2`,instagram:`M2 4.500A2.500 2.500 0 0 1 4.500 2h7A2.500 2.500 0 0 1 14 4.500v7a2.500 2.500 0 0 1-2.500 2.500h-7A2.500 2.500 0 0 1 2 11.500zM8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6`,other:`M8 1.500l6.500 6.500-6.500 6.500L1.500 8z`},C=/* @__PURE__ */ new Set([`base_url`,`api_version`,`region`,`message_stream`,`inbound_public_key`,`fallback_template`]),w=class extends b{constructor(...e){super(...e),this.account=null,this.chosen=`postmark`}get provider(){return this.account?.provider??this.chosen}render(){let{say:e,channel:t,field:r}=this.words,{account:i,provider:o}=this,s=y[o],c=s.config.filter(e=>!C.has(e.name)),l=s.config.filter(e=>C.has(e.name));return n`<form class="stack card" aria-label=${i?.name??e(`new_account`)} @submit=${this.#n}>
      <div class="row spread"><h2>${i?`${e(`edit`)}: ${i.name}`:e(`new_account`)}</h2>
        ${s.channels.length===1?n`<span class="soft">${t(s.channels[0])}</span>`:a}</div>
      ${this.said()}
      <div class="fields even">
        ${i?a:n`<label class="field">${e(`provider`)}<select @change=${e=>this.chosen=m(e)}>
                ${Object.keys(y).map(e=>n`<option value=${e} ?selected=${e===o}>${r(e)}</option>`)}</select></label>
              <label class="field">${e(`short_name`)}<input name="key" required pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}" placeholder="support-email" /></label>`}
        <label class="field">${e(`name`)}<input name="name" required maxlength="200" .value=${i?.name??``} placeholder=${e(`account_name_hint`)} /></label>
      </div>
      ${me(o,n`<div class="fields even">
            ${s.channels.length>1?this.#e(s.channels):n`<input type="hidden" name="channel" value=${s.channels[0]} />`}
            ${c.map(e=>this.#t(`config`,e))} ${s.credentials.map(e=>this.#t(`credentials`,e))}
          </div>
          ${i&&s.credentials.length?n`<p class="soft">${e(`secrets_stay`)}</p>`:a}
          <details><summary>${e(`more_settings`)}</summary><div class="fields even">
            ${l.map(e=>this.#t(`config`,e))}
            <label class="field">${e(`rate`)}<input name="rate" type="number" min="0.001" max="10000" step="any" required .value=${String(i?.rate_per_second??10)} /></label>
            <label class="field">${e(`in_flight`)}<input name="in_flight" type="number" min="1" max="1000" required .value=${String(i?.max_in_flight??s.in_flight)} /></label>
            <label class="choice"><input name="enabled" type="checkbox" .checked=${i?.enabled??!0} />${e(`account_on`)}</label>
          </div></details>`)}
      <div class="row"><button class="main">${e(`save`)}</button>
        <button type="button" @click=${()=>this.dispatchEvent(new Event(`left`))}>${e(`cancel_form`)}</button></div>
    </form>`}#e(e){let{say:t,channel:r}=this.words,i=this.account?.channel;return n`<label class="field">${t(`col_channel`)}<select name="channel">
      ${e.map(e=>n`<option value=${e} ?selected=${e===i}>${r(e)}</option>`)}</select></label>`}#t(e,{name:t,kind:r,required:i,choices:a,usual:o}){let s=(e===`config`?this.account?.config[t]:void 0)??o??``,c=`${e}.${t}`,l=this.words.field(t);if(r===`boolean`)return n`<label class="choice lower"><input type="checkbox" name=${c} .checked=${s===!0} />${l}</label>`;if(a)return n`<label class="field">${l}<select name=${c}>${a.map(e=>n`<option ?selected=${e===s}>${e}</option>`)}</select></label>`;let u=i&&!(e===`credentials`&&this.account),ee=r===`secret`?`password`:r===`integer`?`number`:`text`,d=r===`object`&&s?JSON.stringify(s):String(s);return n`<label class="field">${l}<input name=${c} type=${ee} ?required=${u} autocomplete="off" spellcheck="false" .value=${d} /></label>`}#n(e){e.preventDefault();let t=new FormData(e.currentTarget),n=this.account?.key??String(t.get(`key`));this.try(async()=>{if(!this.account&&await this.isTaken(this.api.get(`/channel-accounts/{key}`,{path:{key:n}}))){this.problem=this.words.say(`key_taken`);return}let e=await this.api.put(`/channel-accounts/{key}`,{path:{key:n},body:this.#r(t)});this.dispatchEvent(new CustomEvent(`saved`,{detail:e}))})}#r(e){let t=this.#i(`credentials`,e);return{channel:e.get(`channel`),provider:this.provider,name:String(e.get(`name`)).trim(),config:this.#i(`config`,e),credentials:this.account&&!Object.keys(t).length?null:t,rate_per_second:Number(e.get(`rate`)),max_in_flight:Number(e.get(`in_flight`)),enabled:e.has(`enabled`)}}#i(e,t){let n=y[this.provider][e].flatMap(({name:n,kind:r})=>{let i=String(t.get(`${e}.${n}`)??``).trim();return r===`boolean`?[[n,t.has(`${e}.${n}`)]]:i?[[n,r===`integer`?Number(i):r===`object`?JSON.parse(i):i]]:[]});return Object.fromEntries(n)}};p([i({attribute:!1})],w.prototype,`account`,void 0),p([_()],w.prototype,`chosen`,void 0),w=p([e(`mass-reply-account-form`)],w);var T=class extends b{constructor(...e){super(...e),this.going=null,this.saved=!1}section(e,t){return n`<section class="stack" aria-label=${e}><h2>${e}</h2>${this.said()} ${t}</section>`}table(e,t){let{say:r}=this.words;return e===null?this.problem?a:n`<p class="soft">${r(`loading`)}</p>`:e.length?n`<div class="wide"><table class="rows"><tbody>${e.map(t)}</tbody></table></div>`:n`<p class="soft">${r(`nothing_here`)}</p>`}removal(e,t,r,i){let{say:a}=this.words;if(this.going!==r)return n`<button class="plain stop" aria-label="${e}: ${t}" @click=${()=>this.going=r}>${e}</button>`;let o=()=>this.going=null;return n`<span class="row" role="group" aria-label=${t}><button class="stop" @click=${()=>{o(),this.try(i)}}>${a(`really`,{what:e})}</button>
      <button class="plain" @click=${o}>${a(`keep_it`)}</button></span>`}once(e){let{say:t}=this.words;return n`<div class="note amber stack" role="status"><p><strong>${t(`shown_once`)}</strong></p>
      <label class="field full">${t(`secret`)}<input class="full" readonly .value=${e} @focus=${e=>e.target.select()} /></label></div>`}read(e){e.preventDefault();let t=e.currentTarget;return Object.fromEntries([...new FormData(t)].map(([e,t])=>[e,String(t).trim()]))}};p([_()],T.prototype,`going`,void 0),p([_()],T.prototype,`saved`,void 0);var E=class extends T{constructor(...e){super(...e),this.items=null,this.checks=/* @__PURE__ */ new Map,this.copied=``,this.last=``,this.#e=async()=>{this.items=await S(e=>this.api.get(`/channel-accounts`,{query:{limit:500,cursor:e}}))},this.#r=e=>this.try(async()=>{this.#i(e,null);try{this.#i(e,await this.api.post(`/channel-accounts/{key}/test`,{path:{key:e}}))}catch(t){throw this.#i(e,void 0),t}})}firstUpdated(){this.may(`admin`)&&this.try(this.#e)}#e;async#t({key:e}){this.edited=void 0,this.last=e,await this.try(this.#e),await this.updateComplete,this.renderRoot.querySelector(`article.last`)?.focus()}async#n(e){await this.api.delete(`/channel-accounts/{key}`,{path:{key:e}}),await this.#e()}#r;#i(e,t){this.checks=new Map(this.checks).set(e,t)}async#a(e,{key:t}){let n=e.target.closest(`article`).querySelector(`input`);this.copied=await _e(n)?t:``}render(){let{say:e}=this.words;return this.may(`admin`)?n`<div class="page-head row spread"><h1>${e(`nav_accounts`)}</h1>
        ${this.edited===void 0?n`<button class=${this.items?.length?``:`main`} @click=${()=>this.edited=null}>${e(`new_account`)}</button>`:a}</div>
      ${this.said()} ${this.edited===void 0?a:this.#o(this.edited)}
      ${this.items===null?n`<p class="soft">${e(`loading`)}</p>`:a}
      ${this.items?.length===0?n`<p class="soft">${e(`no_accounts`)}</p>`:a}
      <div class="cards">${this.items?.map(e=>this.#s(e))}</div>`:n`<h1>${e(`nav_accounts`)}</h1><p class="note">${e(`needs_admin`)}</p>`}#o(e){return n`<mass-reply-account-form
      .api=${this.api} .words=${this.words} .me=${this.me} .account=${e}
      @saved=${e=>this.#t(e.detail)} @left=${()=>this.edited=void 0}
    ></mass-reply-account-form>`}#s(e){let{words:t}=this,{say:r}=t,i=this.checks.get(e.key),o=e.key===this.last,s=!be.has(e.provider);return n`<article class="card stack ${o?`last`:``}" tabindex=${o?-1:a} aria-label=${e.name}>
      ${o?n`<p class="note" role="status">${r(s?`account_saved`:`account_saved_plain`)}</p>`:a}
      <div class="row spread"><h2>${ve(e.channel)} ${e.name}</h2><span class="state ${e.state}">${t.named(`account`,e.state)}</span></div>
      <p class="soft">${e.key} · ${t.channel(e.channel)} · ${t.field(e.provider)} · ${r(`per_second`,{n:e.rate_per_second})}</p>
      ${e.pause_reason?n`<p class="note amber">${t.pause(e.pause_reason)}</p>`:a}
      ${s?n`<label class="field full">${r(`callback_address`)}
              <input class="full" readonly .value=${e.callback_url} @focus=${e=>e.target.select()} /></label>`:a}
      <p class="soft">${r(`setup_${xe.has(e.provider)?e.provider:`other`}`)}</p>
      <div class="row">
        ${s?n`<button @click=${t=>this.#a(t,e)}>${r(this.copied===e.key?`copied`:`copy`)}</button>`:a}
        <button ?disabled=${i===null} @click=${()=>this.#r(e.key)}>${r(`test`)}</button>
        <button class="plain" aria-label="${r(`edit`)}: ${e.name}" @click=${()=>this.edited=e}>${r(`edit`)}</button>
        ${this.removal(r(`delete`),e.name,e.key,()=>this.#n(e.key))}
      </div>
      <p role="status">${i?n`<strong>${t.named(`credentials`,i.credentials)}</strong> <span lang="en">${i.detail}</span>
              ${s?n`<span class="soft">${t.named(`callbacks`,i.callbacks)}${i.last_callback_at?` · ${t.time(i.last_callback_at)}`:``}</span>`:a}`:i===null?r(`loading`):a}</p>
    </article>`}};p([_()],E.prototype,`items`,void 0),p([_()],E.prototype,`checks`,void 0),p([_()],E.prototype,`copied`,void 0),p([_()],E.prototype,`edited`,void 0),p([_()],E.prototype,`last`,void 0),E=p([e(`mass-reply-accounts`)],E);var be=/* @__PURE__ */ new Set([`smtp`,`webchat`]),xe=/* @__PURE__ */ new Set([`postmark`,`sendgrid`,`smtp`,`twilio`,`whatsapp_cloud`,`meta`,`webchat`,`webhook`]),D=[`tag`,`tag_any`,`tag_none`,`channel`,`status`,`engagement`,`team`,`assignee`,`contact`,`subject`,`written_from`,`written_to`,`created_from`,`created_to`,`field`,`json`],O={channel:[`email`,`chat`,`sms`,`whatsapp`,`voice`,`facebook`,`instagram`,`other`],status:[`active`,`snoozed`,`done`,`archived`],engagement:[`pending`,`engaged`]},k=/* @__PURE__ */ new Set([`written_from`,`written_to`,`created_from`,`created_to`]),A=/* @__PURE__ */ new Set([`subject`,`json`,...k]),j=`field.`;function M(e){return[...new Set(e.keys())].flatMap(t=>{let n=t.startsWith(j)&&t!==j?`field`:D.find(e=>e===t&&e!==`field`),r=e.getAll(t).filter(Boolean);return n&&r.length?[{name:t,kind:n,values:r}]:[]})}function N(e){let t={},n=(e,n,r)=>t[e]={...t[e],[n]:r};for(let{name:r,kind:i,values:a}of M(e))i===`tag`?n(`tags`,`all`,a):i===`tag_any`?n(`tags`,`any`,a):i===`tag_none`?n(`tags`,`none`,a):i===`subject`?t.subject_contains=a[0]:i===`field`?n(`custom_fields`,r.slice(6),a):i===`json`?t.any_of=[JSON.parse(a[0])]:k.has(i)?n(i.startsWith(`written`)?`last_customer_message_at`:`created_at`,i.endsWith(`from`)?`from`:`to`,Ce(a[0])):t[i]=a;return t}function Se(e){let t=I(e);return P(N(t),e)?t:null}var P=(e,t)=>F(e)===F(t),F=e=>JSON.stringify(e,(e,t)=>t&&typeof t==`object`&&!Array.isArray(t)?Object.fromEntries(Object.entries(t).filter(([,e])=>e!==void 0).sort(([e],[t])=>e<t?-1:1)):t);function I(e){let t=new URLSearchParams,n=(e,n)=>{for(let r of[n??[]].flat())t.append(e,String(r))},{tags:r,custom_fields:i,subject_contains:a,...o}=e;for(let[e,t]of[[`all`,`tag`],[`any`,`tag_any`],[`none`,`tag_none`]])n(t,r?.[e]);for(let[e,t]of Object.entries(i??{}))n(j+e,t);n(`subject`,a);for(let[e,t]of Object.entries(o))D.some(t=>t===e)&&!k.has(e)&&n(e,t);return t}function Ce(e){let t=/* @__PURE__ */ new Date(`${e}T00:00`);return t.getDate()===Number(e.slice(-2))?t.toISOString():e}function we(e,t,n){let r=/^([a-z_]+):(.+)$/s.exec(n.trim()),i=r&&D.find(e=>e===r[1]);return i?L(e,i,r[2].trim()):L(e,t,n.trim())}function L(e,t,n){let r=new URLSearchParams(e),[i,a]=t===`field`?Te(n):[t,n];if(!i||!a)return r;let o=A.has(t)?[a]:a.split(`,`).map(e=>e.trim()).filter(Boolean),s=A.has(t)?[]:r.getAll(i);r.delete(i);for(let e of/* @__PURE__ */ new Set([...s,...o]))r.append(i,e);return r}function Te(e){let t=/^([^=:]+)[=:](.+)$/s.exec(e);return t?[j+t[1].trim(),t[2].trim()]:[null,null]}function R(e,t){let n=new URLSearchParams(e);return n.delete(t),n}var Ee=e=>M(e).reduce((e,t)=>R(e,t.name),e);function z({name:e,kind:t,values:n},{named:r,say:i}){return[t===`field`?e.slice(6):i(`filter_${t}`),n.map(e=>O[t]?r(t,e):e).join(` ${i(t===`tag`?`and`:`or`)} `)]}var B=class extends g{constructor(...e){super(...e),this.place=new URLSearchParams,this.kind=`tag`}createRenderRoot(){return this}render(){let{say:e}=this.words,t=M(this.place);return n`<form class="row filters" role="search" aria-label=${e(`filter`)} @submit=${this.#n}>
        <label class="field">${e(`filter`)}
          <select .value=${this.kind} @change=${e=>this.kind=m(e)}>
            ${D.map(t=>n`<option value=${t} ?selected=${t===this.kind}>${e(`filter_${t}`)}</option>`)}
          </select></label>
        <label class="field">${e(`filter_value`)} ${this.#e()}</label>
        <button class="lower">${e(`filter_add`)}</button>
      </form>
      <ul class="row chips" aria-label=${e(`filters`)}>
        ${t.map(e=>this.#t(e))}
        ${t.length>1?n`<li><button class="plain" @click=${()=>this.#r(Ee(this.place))}>${e(`clear`)}</button></li>`:a}
      </ul>`}#e(){let{named:e,say:t}=this.words,{kind:r}=this,i=O[r];if(i)return n`<select name="value">${i.map(t=>n`<option value=${t}>${e(r,t)}</option>`)}</select>`;if(k.has(r))return n`<input name="value" type="date" required />`;let a=r===`field`?`plan=pro`:r===`json`?`{"not": {"team": ["billing"]}}`:t(`filter_hint`);return n`<input name="value" required size="28" placeholder=${a} autocomplete="off" spellcheck="false" />`}#t(e){let{say:t}=this.words,{name:r}=e,[i,a]=z(e,this.words);return n`<li class="chip filter"><span><span class="soft">${i}</span> <bdi>${a}</bdi></span>
      <button class="plain" aria-label=${t(`remove`,{name:`${i} ${a}`})} @click=${()=>this.#r(R(this.place,r))}>✕</button></li>`}#n(e){e.preventDefault(),this.#r(we(this.place,this.kind,this.field.value)),this.field instanceof HTMLInputElement&&(this.field.value=``),this.field.focus()}#r(e){this.dispatchEvent(new CustomEvent(`filtered`,{detail:e,bubbles:!0}))}};p([i({attribute:!1})],B.prototype,`words`,void 0),p([i({attribute:!1})],B.prototype,`place`,void 0),p([_()],B.prototype,`kind`,void 0),p([c(`[name=value]`)],B.prototype,`field`,void 0),B=p([e(`mass-reply-filters`)],B);var De=200,V=class extends b{constructor(...e){super(...e),this.conversation=``,this.about=null,this.#e=``,this.#t=new s(this,e=>this.api.get(`/conversations/{conversation_id}/timeline`,{path:{conversation_id:this.#e},query:{limit:De,cursor:e}}),e=>this.failed(e,()=>this.#n(this.#e))),this.#n=e=>this.try(async()=>{let t=await this.api.get(`/conversations/{conversation_id}`,{path:{conversation_id:e}});e===this.#e&&(this.about=t,await this.#t.last())})}#e;#t;willUpdate(){this.conversation!==this.#e&&(this.#e=this.conversation,this.about=null,this.#t.clear(),this.#n(this.conversation))}#n;render(){let{words:e}=this,{say:t}=e,{items:r}=this.#t;return n`<aside class="thread stack" aria-label=${t(`thread`)}>
      <div class="row spread thread-head"><h2><bdi>${this.about?e.who(this.about.contact):t(`thread`)}</bdi></h2>
        <button class="plain" aria-label=${t(`close`)} @click=${()=>this.dispatchEvent(new Event(`left`,{bubbles:!0}))}>✕</button></div>
      ${this.about?.subject?n`<p dir="auto"><strong>${this.about.subject}</strong></p>`:a}
      ${this.said()}
      ${r===null&&!this.problem?n`<p class="soft">${t(`loading`)}</p>`:a}
      ${r?.length===0?n`<p class="soft">${t(`nothing_here`)}</p>`:a}
      ${r?.map(e=>this.#r(e))}
      ${this.#t.render(e,null,De)}
    </aside>`}#r(e){let{words:t}=this,{say:r}=t;return n`<article class="item ${e.kind}">
      <p class="soft"><strong>${t.named(`kind`,e.kind)}</strong>${e.author?.name?n` · <bdi>${e.author.name}</bdi>`:a}
        · <time datetime=${e.created_at} title=${t.exact(e.created_at)}>${t.ago(e.created_at)}</time>
        ${e.delivery_status?n` · ${t.status(e.delivery_status)}`:a}
        ${e.mass_reply_id?n` · <a href=${x(`mass-replies`,{id:e.mass_reply_id})}>${r(`mass_reply`)}</a>`:a}</p>
      <div class="plain-text" lang=${e.kind.startsWith(`system_`)?`en`:a}>${e.text}</div>
      ${e.attachments.map(e=>n`<p class="soft">${oe} <bdi>${e.filename}</bdi></p>`)}
    </article>`}};p([i({attribute:!1})],V.prototype,`conversation`,void 0),p([_()],V.prototype,`about`,void 0),V=p([e(`mass-reply-thread`)],V);var Oe=100,H=class extends b{constructor(...e){super(...e),this.total=null,this.ticked=/* @__PURE__ */ new Set,this.all=!1,this.dispatched=null,this.#e=null,this.#t=new s(this,async e=>{let t=await this.api.post(`/conversations/search`,{body:{filter:N(this.place),limit:Oe,cursor:e??null}});return this.total=t.total,t},e=>this.failed(e,()=>this.#t.reload())),this.#n=()=>{this.ticked=/* @__PURE__ */ new Set,this.all=!1},this.#a=e=>this.all!==this.ticked.has(e.id)}#e;#t;willUpdate(){let e=JSON.stringify(M(this.place));e!==this.#e&&(this.#e=e,this.#n(),this.total=null,this.problem=``,this.#t.first())}#n;#r(e){location.hash=x(`conversations`,e)}render(){let{say:e}=this.words,{items:t}=this.#t,r=this.place.get(`thread`),i=t!==null&&t.length>0&&t.every(this.#a);return n`<div class="page-head row spread">
        <h1>${e(`nav_conversations`)}</h1>
        <strong class="total" role="status">${this.total===null?this.problem?``:e(`loading`):e(`total`,{n:this.total})}</strong>
      </div>
      <mass-reply-filters .words=${this.words} .place=${this.place} @filtered=${e=>this.#r(e.detail)}></mass-reply-filters>
      ${this.said()} ${this.#l()}
      <div class=${r?`beside`:``}>
        <div class="wide" aria-busy=${this.total===null}>
          <table class="list">
            <thead><tr>
              <th class="tick"><input type="checkbox" aria-label=${e(`tick_page`)} ?disabled=${!t?.length} .checked=${i} @change=${()=>this.#s(t,!i)} /></th>
              <th>${e(`contact`)}</th><th>${e(`col_channel`)}</th><th>${e(`col_state`)}</th><th>${e(`col_time`)}</th>
            </tr></thead>
            <tbody>${t?.map(e=>this.#o(e))}</tbody>
          </table>
          ${this.total===0?n`<p class="soft empty">${e(M(this.place).length?`no_match`:`no_conversations`)}</p>`:a}
          ${this.#t.render(this.words,this.total,Oe)}
        </div>
        ${r?n`<mass-reply-thread .api=${this.api} .words=${this.words} .me=${this.me} .conversation=${r} @left=${()=>this.#r(this.#i(`thread`,null))}></mass-reply-thread>`:a}
      </div>`}#i(e,t){let n=new URLSearchParams(this.place);return t===null?n.delete(e):n.set(e,t),n}#a;#o(e){let{words:t}=this,r=t.who(e.contact),i=e.last_customer_message_at??e.created_at;return n`<tr aria-selected=${this.#a(e)}>
      <td class="tick"><input type="checkbox" aria-label=${r} .checked=${this.#a(e)} @change=${()=>this.#s([e],!this.#a(e))} /></td>
      <td><a href=${x(`conversations`,this.#i(`thread`,e.id))}><bdi>${r}</bdi></a>
        <div class="clip">${e.subject?n`<bdi><strong>${e.subject}</strong></bdi> `:a}<bdi class="soft">${e.last_customer_message?.text??``}</bdi></div>
        ${e.tags.map(e=>n`<bdi class="chip">${e}</bdi> `)}</td>
      <td class="tight">${ve(e.channel)} ${t.channel(e.channel)}</td>
      <td class="tight">${t.named(`status`,e.status)} <br /><span class="soft">${t.named(`engagement`,e.engagement)}</span></td>
      <td class="tight"><time datetime=${i} title=${t.exact(i)}>${t.ago(i)}</time></td>
    </tr>`}#s(e,t){let n=new Set(this.ticked);for(let{id:r}of e)t===this.all?n.delete(r):n.add(r);this.ticked=n}get#c(){return this.all?(this.total??0)-this.ticked.size:this.ticked.size}#l(){let{say:e}=this.words;return n`<div class="bulk row ${this.#c?`some`:``}" role="toolbar" aria-label=${e(`bulk`)}>
      ${this.#c?this.#u(this.#c):this.dispatched?n`<span role="status">${e(`dispatched`,{n:this.dispatched.count})}</span> <a href=${x(`mass-replies`,{id:this.dispatched.id})}>${e(`look`)}</a>`:n`<span class="soft">${e(`tick_hint`)}</span>`}
    </div>`}#u(e){let{say:t}=this.words,r=!this.all&&this.total!==null&&e<this.total&&M(this.place).length>0;return n`<strong>${t(`n_selected`,{n:e})}</strong>
      ${r?n`<button @click=${()=>{this.#n(),this.all=!0}}>${t(`all_matching`,{n:this.total})}</button>`:a}
      <button class="plain" @click=${this.#n}>${t(`clear_selection`)}</button>
      ${this.may(`mass_replies:send`)?n`<button class="main" @click=${this.#d}>${t(`mass_reply`)}</button>`:a}`}#d(){let e=this.all?{filter:N(this.place),...this.ticked.size?{exclude_conversation_ids:[...this.ticked]}:{}}:{conversation_ids:[...this.ticked]};this.dispatchEvent(new CustomEvent(`write`,{detail:e,bubbles:!0}))}done(e,t){this.dispatched={id:e,count:t},this.#n()}};p([_()],H.prototype,`total`,void 0),p([_()],H.prototype,`ticked`,void 0),p([_()],H.prototype,`all`,void 0),p([_()],H.prototype,`dispatched`,void 0),H=p([e(`mass-reply-conversations`)],H);var ke=[`queued`,`sending`,`sent`,`delivered`,`read`,`failed`,`uncertain`,`skipped`,`cancelled`],Ae=/* @__PURE__ */ new Set([404,422]),U=class extends b{constructor(...e){super(...e),this.shown=``,this.log=[],this.#e=null,this.#t=``,this.#n=``,this.#i=e=>this.try(async()=>{let t=this.#e=new ae(this.api,null);if(t.addEventListener(`change`,()=>this.#a(t)),await t.open(e),t.trouble instanceof d&&Ae.has(t.trouble.status))this.problem=this.words.say(`no_such_mass_reply`);else if(t.trouble)throw t.trouble})}#e;#t;#n;willUpdate(){this.#t!==this.shown&&(this.#r(),this.#t=this.shown,this.#i(this.shown))}disconnectedCallback(){super.disconnectedCallback(),this.#r()}#r(){this.#e?.leave(),this.#e=null,this.#t=this.#n=``,this.log=[]}#i;#a(e){e===this.#e&&(this.requestUpdate(),e.batch&&e.batch.status!==this.#n&&(this.#n=e.batch.status,this.may(`admin`)&&this.#o(e.batch.id)))}async#o(e){let{items:t}=await this.api.get(`/audit-log`,{query:{mass_reply:e,limit:100}}).catch(()=>({items:[]}));e===this.#t&&(this.log=t)}render(){let{say:e}=this.words,t=this.#e?.batch;return n`<p><a href=${x(`mass-replies`)}>← ${e(`nav_mass_replies`)}</a></p>
      ${this.said()}
      ${t?this.#s(t):this.problem?a:n`<p class="soft">${e(`loading`)}</p>`}`}#s(e){let{words:t}=this,{say:r}=t,{trouble:i}=this.#e;return n`<div class="page-head row spread"><h1>${t.batchStatus(e.status)}</h1>
        <button class="main" @click=${()=>this.#d(`watch`,e.id)}>${r(`open_dialog`)}</button></div>
      ${e.confirmed_at?n`<p class="total">${se(this.#e,t,Date.now())}</p>`:a}
      ${re(this.#e,t)}
      ${i instanceof d?n`<p class="note bad" role="alert">${t.problem(i)}</p>`:a}
      <p class="soft">${r(`by_at`,{name:e.author.name,time:t.exact(e.created_at)})}</p>
      <div class="columns">
        <section class="stack" aria-label=${r(`message`)}><h2>${r(`message`)}</h2>
          <div class="bubble">${e.message.text}</div>
          ${e.message.html?n`<mass-reply-html .text=${e.message.html} .named=${r(`html_part`)}></mass-reply-html>`:a}
          ${l(e.message.attachments,t)}
          <h2>${r(`selected_by`)}</h2>${this.#c(e)}
        </section>
        <section class="stack" aria-label=${r(`counts`)}><h2>${r(`counts`)}</h2>
          <table><tbody>${e.counts?ke.map(r=>n`<tr><th scope="row">${t.status(r)}</th><td class="number">${t.number(e.counts[r])}</td></tr>`):a}
            <tr><th scope="row">${r(`sum`)}</th><td class="number"><strong>${t.number(e.selected_count)}</strong></td></tr></tbody></table>
        </section>
      </div>
      ${this.#l(e)}
      <mass-reply-watch .model=${this.#e} .words=${t} @follow-up=${t=>this.#d(`write`,{follow_up:{mass_reply_id:e.id,statuses:t.detail}})}></mass-reply-watch>
      ${this.#u()}`}#c({selection:e}){let{say:t}=this.words,r=e.filter?Se(e.filter):null;return n`${r?n`<ul class="row">${M(r).map(e=>{let[t,r]=z(e,this.words);return n`<li class="chip filter"><span><span class="soft">${t}</span> ${r}</span></li>`})}</ul>`:a}
    <details ?open=${!r}><summary>${t(`as_sent`)}</summary><pre class="bubble">${JSON.stringify(e,null,1)}</pre></details>`}#l({lanes:e}){let{channel:t,named:r,number:i,pause:o,say:s}=this.words;return e.length?n`<section class="stack" aria-label=${s(`nav_accounts`)}><h2>${s(`nav_accounts`)}</h2>
      <div class="wide"><table class="rows"><tbody>${e.map(e=>n`<tr><th scope="row">${e.channel_account??`–`}</th><td>${t(e.channel)}</td>
          <td><span class="state ${e.state}">${r(`lane`,e.state)}</span> <span class="soft">${e.reason?o(e.reason):``}</span></td>
          <td class="number">${s(`n_left`,{n:te(e.counts)})}</td><td class="number">${i(e.counts.failed)} ${this.words.status(`failed`)}</td></tr>`)}</tbody></table></div></section>`:a}#u(){let{say:e,exact:t,named:r}=this.words;return this.log.length?n`<section class="stack" aria-label=${e(`log`)}><h2>${e(`log`)}</h2>
      <ul>${this.log.map(e=>n`<li>${t(e.at)} · <strong>${r(`action`,e.action)}</strong> · <bdi>${e.actor.author.name}</bdi>${e.reason?n` · <bdi>${e.reason}</bdi>`:a}</li>`)}</ul></section>`:a}#d(e,t){this.dispatchEvent(new CustomEvent(e,{detail:t,bubbles:!0}))}};p([i({attribute:!1})],U.prototype,`shown`,void 0),p([_()],U.prototype,`log`,void 0),U=p([e(`mass-reply-page`)],U);var je=[`preparing`,`awaiting_confirmation`,`awaiting_approval`,`scheduled`,`sending`,`paused`,`completed`,`cancelled`,`expired`],Me=50,Ne=class extends b{#e=null;#t=new s(this,e=>this.api.get(`/mass-replies`,{query:{limit:Me,cursor:e,status:this.#n}}),e=>this.failed(e,()=>this.#t.reload()));get#n(){return je.find(e=>e===this.place.get(`status`))}willUpdate(){let e=this.place.get(`id`)?null:`status ${this.#n??``}`;e!==this.#e&&(this.#e=e,this.problem=``,e&&this.#t.first())}render(){let e=this.place.get(`id`);if(e)return n`<mass-reply-page .api=${this.api} .words=${this.words} .me=${this.me} .shown=${e}></mass-reply-page>`;let{words:t}=this,{say:r}=t,{items:i}=this.#t;return n`<div class="page-head row spread"><h1>${r(`nav_mass_replies`)}</h1>
        <label class="field">${r(`filter_status`)}<select @change=${e=>location.hash=x(`mass-replies`,{status:m(e)})}>
          <option value="">${r(`any`)}</option>${je.map(e=>n`<option value=${e} ?selected=${e===this.#n}>${t.batchStatus(e)}</option>`)}</select></label>
      </div>
      ${this.said()}
      <div class="wide"><table class="rows">
        <thead><tr><th>${r(`col_state`)}</th><th>${r(`message`)}</th><th class="number">${r(`recipients`)}</th><th>${r(`col_who`)}</th><th>${r(`col_time`)}</th></tr></thead>
        <tbody>${i?.map(e=>this.#r(e))}</tbody>
      </table></div>
      ${i===null&&!this.problem?n`<p class="soft">${r(`loading`)}</p>`:a}
      ${i?.length===0?n`<p class="soft empty">${r(this.#n?`nothing_here`:`no_mass_replies`)}</p>`:a}
      ${this.#t.render(t,null,Me)}`}#r(e){let{words:t}=this,{say:r}=t;return n`<tr>
      <td class="tight"><span class="state ${e.status}">${t.batchStatus(e.status)}</span></td>
      <td><a href=${x(`mass-replies`,{id:e.id})} class="clip"><bdi>${e.message.text}</bdi></a></td>
      <td class="number" data-label=${r(`recipients`)}>${e.recipient_count===null?`…`:t.number(e.recipient_count)}</td>
      <td><bdi>${e.author.name}</bdi></td>
      <td class="tight"><time datetime=${e.created_at} title=${t.exact(e.created_at)}>${t.ago(e.created_at)}</time></td>
    </tr>`}};Ne=p([e(`mass-reply-history`)],Ne);var W=class extends T{constructor(...e){super(...e),this.guards=null,this.#t=()=>this.try(async()=>{this.guards=await this.api.put(`/settings`,{body:this.guards}),this.saved=!0})}firstUpdated(){this.try(async()=>{this.guards=await this.api.get(`/settings`)})}render(){let{say:e}=this.words;return this.section(e(`guards`),this.guards?this.#e(this.guards):a)}#e(e){let{say:t}=this.words,r=t=>{this.guards={...e,...t},this.saved=!1},i=(t,i)=>n`<label class="field">${i}
      <input type="number" min="0" size="8" .value=${String(e[t]??``)} @change=${e=>r({[t]:Pe(e)})} /></label>`,a=(e,t,i)=>n`<label class="choice">
      <input type="checkbox" .checked=${e} @change=${e=>r(i(e.target.checked))} />${t}</label>`;return n`<div class="row fields">
        ${i(`approval_above`,t(`guard_approval_above`))} ${i(`max_per_contact_per_day`,t(`guard_max_per_contact_per_day`))}
        ${i(`inactive_after_days`,t(`guard_inactive_after_days`))}
        <label class="field">${t(`guard_agent`)}<input type="number" min="1" size="8" .value=${String(e.max_recipients.agent??``)} @change=${t=>{let{agent:n,...i}=e.max_recipients,a=Pe(t);r({max_recipients:a===null?i:{...i,agent:a}})}} /></label></div>
      ${a(e.once_per_contact,t(`guard_once`),e=>({once_per_contact:e}))}
      ${a(e.inactive===`skip`,t(`guard_skip`),e=>({inactive:e?`skip`:`warn`}))}
      <div class="row"><button class="main" @click=${this.#t}>${t(`save`)}</button><span role="status">${this.saved?t(`is_saved`):``}</span></div>`}#t};p([_()],W.prototype,`guards`,void 0),W=p([e(`mass-reply-guards`)],W);function Pe(e){let{value:t}=e.target;return t===``?null:Number(t)}var Fe=[`viewer`,`agent`,`supervisor`,`integration`,`admin`],G=class extends T{constructor(...e){super(...e),this.items=null,this.made=null,this.#e=async()=>{this.items=await S(e=>this.api.get(`/api-keys`,{query:{limit:500,cursor:e}}))}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`keys`),n`${this.made?this.once(this.made):a} ${this.table(this.items,e=>this.#t(e))} ${this.#n()}`)}#t(e){let{ago:t,exact:r,named:i,say:o,time:s}=this.words,c=e.revoked_at!==null||e.expires_at!==null&&new Date(e.expires_at)</* @__PURE__ */ new Date,l=e.revoked_at?o(`revoked`):e.expires_at?o(c?`was_over`:`is_over`,{time:s(e.expires_at)}):``;return n`<tr>
      <th scope="row">${e.name}</th><td>${e.roles.map(e=>i(`role`,e)).join(`, `)}</td><td>${e.agent?.name??``}</td><td>${l}</td>
      <td class="tight">${e.last_used_at?n`<time title=${r(e.last_used_at)}>${t(e.last_used_at)}</time>`:o(`never_used`)}</td>
      <td class="tight">${c?a:n`<button class="plain" aria-label="${o(`replace`)}: ${e.name}" @click=${()=>this.#i(e)}>${o(`replace`)}</button>
        ${this.removal(o(`revoke`),e.name,e.id,()=>this.#a(e.id))}`}</td>
    </tr>`}#n(){let{named:e,say:t}=this.words;return n`<details><summary>${t(`new_key`)}</summary><form class="row fields" @submit=${this.#r}>
      <label class="field">${t(`name`)}<input name="name" required maxlength="200" /></label>
      <label class="field">${t(`role`)}<select name="role">${Fe.map(t=>n`<option value=${t} ?selected=${t===`agent`}>${e(`role`,t)}</option>`)}</select></label>
      <label class="field">${t(`agent_id`)}<input name="agent" size="12" /></label>
      <label class="field">${t(`agent_name`)}<input name="agent_name" size="16" /></label>
      <label class="field">${t(`ends_on`)}<input name="ends" type="date" /></label>
      <button class="main lower">${t(`create`)}</button></form></details>`}#r(e){let{name:t,role:n,agent:r,agent_name:i,ends:a}=this.read(e);this.#i({name:t,roles:[n],agent:r?{id:r,name:i||r,email:null}:null,expires_at:a?(/* @__PURE__ */ new Date(`${a}T23:59:59`)).toISOString():null})}#i({name:e,roles:t,agent:n,expires_at:r}){let i=n&&{id:n.id,name:n.name,email:n.email};return this.try(async()=>{this.made=(await this.api.post(`/api-keys`,{body:{name:e,roles:t,agent:i,expires_at:r}})).key,await this.#e()})}async#a(e){await this.api.delete(`/api-keys/{key_id}`,{path:{key_id:e}}),await this.#e()}};p([_()],G.prototype,`items`,void 0),p([_()],G.prototype,`made`,void 0),G=p([e(`mass-reply-keys`)],G);var Ie=[`message.sent`,`message.received`,`status.changed`,`tag.added`],K={add_tag:`tag`,remove_tag:`tag`,set_status:`status`,assign_team:`team`,assign_agent:`agent`,add_note:`text`,call_webhook:`url`},Le=Object.keys(K),Re=/* @__PURE__ */ new Set([`assign_team`,`assign_agent`]),ze=()=>({name:``,enabled:!0,trigger:`message.sent`,narrowed:``,place:new URLSearchParams,actions:[{type:`set_status`,value:`snoozed`}]});function q({name:e,enabled:t,trigger:n,narrowed:r,place:i,actions:a}){let o=r.split(`,`).map(e=>e.trim()).filter(Boolean),s={"status.changed":`to`,"tag.added":`tags`}[n];return{name:e.trim(),enabled:t,trigger:{type:n,...s&&o.length?{[s]:o}:{}},conditions:M(i).length?N(i):null,actions:a.map(({type:e,value:t})=>({type:e,[K[e]]:t.trim()||(Re.has(e)?null:``)}))}}function J(e){try{let t=e.trigger,n={name:e.name,enabled:e.enabled??!0,trigger:t.type,narrowed:(t.to??t.tags??[]).join(`, `),place:I(e.conditions??{}),actions:e.actions.map(e=>{let t=e.type;return{type:t,value:e[K[t]]??``}})};return P(q(n),e)?n:null}catch{return null}}var Y=class extends b{constructor(...e){super(...e),this.key=``,this.body=null,this.draft=null,this.text=null,this.#a=()=>this.try(async()=>{if(this.text===null){this.text=Be(q(this.draft));return}let e=J(JSON.parse(this.text));e?[this.draft,this.text]=[e,null]:this.problem=this.words.say(`json_only`)}),this.#o=()=>this.try(async()=>{if(!this.renderRoot.querySelector(`[name=key]`).reportValidity())return;let e=this.text===null?q(this.draft):JSON.parse(this.text),t={key:this.key};this.body===null&&await this.isTaken(this.api.get(`/automation-rules/{key}`,{path:t}))?this.problem=this.words.say(`key_taken`):(await this.api.put(`/automation-rules/{key}`,{path:t,body:e}),this.dispatchEvent(new Event(`saved`)))})}willUpdate(){this.hasUpdated||(this.draft=this.body?J(this.body):ze(),this.draft||(this.text=Be(this.body)))}#e(e){this.draft={...this.draft,...e}}render(){let{say:e}=this.words;return n`<div class="stack card" role="group" aria-label=${e(`rule`)}>
      ${this.said()}
      <div class="row fields">
        <label class="field">${e(`short_name`)}<input name="key" required size="20" .value=${this.key} ?readonly=${this.body!==null} @input=${e=>this.key=m(e).trim()} /></label>
        ${this.draft&&this.text===null?n`<label class="field grow">${e(`name`)}<input class="full" .value=${this.draft.name} @input=${e=>this.#e({name:m(e)})} /></label>`:a}
      </div>
      ${this.text===null?this.#t(this.draft):this.#i(this.text)}
      <div class="row"><button class="main" @click=${this.#o}>${e(`save`)}</button>
        <button @click=${()=>this.dispatchEvent(new Event(`left`))}>${e(`cancel_form`)}</button>
        <button class="plain" @click=${this.#a}>${e(this.text===null?`as_json`:`as_fields`)}</button></div>
    </div>`}#t({trigger:e,narrowed:t,place:r,actions:i}){let{say:o,named:s}=this.words;return n`<fieldset class="row fields"><legend><strong>${o(`rule_when`)}</strong></legend>
        <select aria-label=${o(`rule_when`)} @change=${e=>this.#e({trigger:m(e),narrowed:``})}>
          ${Ie.map(t=>n`<option value=${t} ?selected=${t===e}>${s(`trigger`,t)}</option>`)}</select>
        ${e===`status.changed`?n`<label class="row">${o(`rule_to`)} ${this.#r(t,e=>this.#e({narrowed:e}),!0)}</label>`:e===`tag.added`?n`<label class="row">${o(`rule_tags`)} <input .value=${t} placeholder=${o(`any`)} @change=${e=>this.#e({narrowed:m(e)})} /></label>`:a}</fieldset>
      <fieldset class="stack"><legend><strong>${o(`rule_if`)}</strong> <span class="soft">${o(`rule_if_hint`)}</span></legend>
        <mass-reply-filters .words=${this.words} .place=${r} @filtered=${e=>this.#e({place:e.detail})}></mass-reply-filters></fieldset>
      <fieldset class="stack"><legend><strong>${o(`rule_then`)}</strong></legend>
        <ol class="stack">${i.map((e,t)=>this.#n(t))}</ol>
        <div><button @click=${()=>this.#e({actions:[...i,{type:`add_tag`,value:``}]})}>${o(`rule_another`)}</button></div></fieldset>`}#n(e){let{say:t,named:r}=this.words,{actions:i}=this.draft,{type:o,value:s}=i[e],c=t=>this.#e({actions:i.map((n,r)=>r===e?{...n,...t}:n)}),l=r(`action_type`,o);return n`<li class="row">
      <select aria-label="${t(`rule_then`)} ${e+1}" @change=${e=>{let t=m(e);c({type:t,value:t===`set_status`?`done`:``})}}>
        ${Le.map(e=>n`<option value=${e} ?selected=${e===o}>${r(`action_type`,e)}</option>`)}</select>
      ${o===`set_status`?this.#r(s,e=>c({value:e}),!1):n`<input class="grow" aria-label=${l} .value=${s} @input=${e=>c({value:m(e)})} />`}
      ${i.length>1?n`<button class="plain" aria-label=${t(`remove`,{name:`${l} ${s}`})} @click=${()=>this.#e({actions:i.filter((t,n)=>n!==e)})}>✕</button>`:a}
    </li>`}#r(e,t,r){let{say:i,named:o}=this.words;return n`<select aria-label=${i(`filter_status`)} @change=${e=>t(m(e))}>
      ${r?n`<option value="">${i(`any`)}</option>`:a}
      ${O.status.map(t=>n`<option value=${t} ?selected=${t===e}>${o(`status`,t)}</option>`)}</select>`}#i(e){return n`<label class="field full">${this.words.say(`rule_text`)}
      <textarea class="full code" rows="12" spellcheck="false" .value=${e} @input=${e=>this.text=m(e)}></textarea></label>`}#a;#o};p([i({attribute:!1})],Y.prototype,`key`,void 0),p([i({attribute:!1})],Y.prototype,`body`,void 0),p([_()],Y.prototype,`draft`,void 0),p([_()],Y.prototype,`text`,void 0),Y=p([e(`mass-reply-rule-form`)],Y);var Be=e=>JSON.stringify(e,null,2),X=class extends T{constructor(...e){super(...e),this.items=null,this.#e=async()=>{this.items=await S(e=>this.api.get(`/automation-rules`,{query:{limit:500,cursor:e}}))}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`rules`),n`${this.table(this.items,e=>this.#t(e))}
        ${this.edited===void 0?n`<div><button @click=${()=>this.edited=null}>${e(`new_rule`)}</button></div>`:this.#n(this.edited)}`)}#t(e){let{named:t,say:r}=this.words;return n`<tr>
      <th scope="row">${e.name}</th><td class="soft">${t(`trigger`,e.trigger.type)} → ${e.actions.map(e=>t(`action_type`,e.type)).join(`, `)}</td>
      <td><span class="state ${e.failing?`disabled`:e.enabled?`active`:``}">${r(e.failing?`rule_failing`:e.enabled?`is_on`:`is_off`)}</span>
        ${e.last_failure?n` <span class="soft">${e.last_failure}</span>`:a}</td>
      <td><div class="row">
        <button class="plain" aria-label="${r(e.enabled?`turn_off`:`turn_on`)}: ${e.name}" @click=${()=>this.#r(e.key,{...Ve(e),enabled:!e.enabled})}>${r(e.enabled?`turn_off`:`turn_on`)}</button>
        <button class="plain" aria-label="${r(`edit`)}: ${e.name}" @click=${()=>this.edited=e}>${r(`edit`)}</button>
        ${this.removal(r(`delete`),e.name,e.key,()=>this.#i(e.key))}
      </div></td>
    </tr>`}#n(e){let t=()=>this.edited=void 0;return n`<mass-reply-rule-form
      .api=${this.api} .words=${this.words} .me=${this.me} .key=${e?.key??``} .body=${e&&Ve(e)} @saved=${()=>{t(),this.try(this.#e)}} @left=${t}
    ></mass-reply-rule-form>`}#r(e,t){return this.try(async()=>{await this.api.put(`/automation-rules/{key}`,{path:{key:e},body:t}),await this.#e()})}async#i(e){await this.api.delete(`/automation-rules/{key}`,{path:{key:e}}),await this.#e()}};p([_()],X.prototype,`items`,void 0),p([_()],X.prototype,`edited`,void 0),X=p([e(`mass-reply-rules`)],X);var Ve=({name:e,enabled:t,trigger:n,conditions:r,actions:i})=>({name:e,enabled:t,trigger:n,conditions:r,actions:i}),Z=class extends T{constructor(...e){super(...e),this.items=null,this.#e=async()=>{this.items=await S(e=>this.api.get(`/snippets`,{query:{limit:500,cursor:e}}))}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words,t=this.may(`admin`);return this.section(e(`snippets`),n`${this.table(this.items,({shortcode:r,text:i})=>n`<tr><th scope="row">/${r}</th><td class="plain-text">${i}</td>
      <td class="tight">${t?this.removal(e(`delete`),`/${r}`,r,()=>this.#r(r)):a}</td></tr>`)} ${t?this.#t():a}`)}#t(){let{say:e}=this.words;return n`<form class="row fields" @submit=${this.#n}>
      <label class="field">${e(`shortcode`)}<input name="shortcode" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]*" size="12" /></label>
      <label class="field grow">${e(`snippet_text`)}<textarea class="full" name="text" rows="2" required></textarea></label>
      <button class="lower">${e(`save`)}</button></form>`}#n(e){let t=e.currentTarget,{shortcode:n,text:r}=this.read(e);this.try(async()=>{await this.api.put(`/snippets/{shortcode}`,{path:{shortcode:n},body:{text:r}}),t.reset(),await this.#e()})}async#r(e){await this.api.delete(`/snippets/{shortcode}`,{path:{shortcode:e}}),await this.#e()}};p([_()],Z.prototype,`items`,void 0),Z=p([e(`mass-reply-snippets`)],Z);var Q=class extends T{constructor(...e){super(...e),this.items=null,this.secret=null,this.#e=async()=>{this.items=await S(e=>this.api.get(`/webhook-endpoints`,{query:{limit:500,cursor:e}}))}}firstUpdated(){this.try(this.#e)}#e;render(){let{say:e}=this.words;return this.section(e(`webhooks`),n`${this.secret?this.once(this.secret):a} ${this.table(this.items,e=>this.#t(e))} ${this.#n()}`)}#t(e){let{named:t,say:r}=this.words,i=e.disabled_reason??(e.state===`retrying`?e.last_failure:null);return n`<tr>
      <th scope="row">${e.key}</th><td>${e.url}<br /><span class="soft">${e.events?.join(`, `)??r(`all_events`)}</span></td>
      <td><span class="state ${e.state}">${t(`endpoint`,e.state)}</span>${i?n` <span class="soft">${i}</span>`:a}
        ${e.backlog.count?n`<br /><span class="soft">${r(`n_wait`,{n:e.backlog.count})}</span>`:a}</td>
      <td><div class="row">
        ${e.state===`disabled`?n`<button @click=${()=>this.#i(e.key,e,!0)}>${r(`try_again`)}</button>`:a}
        <button class="plain" aria-label="${r(e.enabled?`turn_off`:`turn_on`)}: ${e.key}" @click=${()=>this.#i(e.key,e,!e.enabled)}>${r(e.enabled?`turn_off`:`turn_on`)}</button>
        <button class="plain" aria-label="${r(`rotate`)}: ${e.key}" @click=${()=>this.#a(e.key)}>${r(`rotate`)}</button>
        ${this.removal(r(`delete`),e.key,e.key,()=>this.#o(e.key))}
      </div></td>
    </tr>`}#n(){let{say:e}=this.words;return n`<details><summary>${e(`new_webhook`)}</summary><form class="row fields" @submit=${this.#r}>
      <label class="field">${e(`short_name`)}<input name="key" required size="14" /></label>
      <label class="field grow">${e(`address`)}<input class="full" name="url" type="url" required placeholder="https://" /></label>
      <label class="field grow">${e(`events`)}<input class="full" name="events" placeholder=${e(`all_events`)} /></label>
      <button class="main lower">${e(`save`)}</button></form></details>`}#r(e){let{key:t,url:n,events:r}=this.read(e),i=r.split(/[\s,]+/).filter(Boolean);this.try(async()=>{await this.isTaken(this.api.get(`/webhook-endpoints/{key}`,{path:{key:t}}))?this.problem=this.words.say(`key_taken`):await this.#i(t,{url:n,events:i?.length?i:null},!0)})}#i(e,{url:t,events:n},r){return this.try(async()=>{let i=await this.api.put(`/webhook-endpoints/{key}`,{path:{key:e},body:{url:t,events:n,enabled:r}});this.secret=i.secret??this.secret,await this.#e()})}#a(e){return this.try(async()=>{this.secret=(await this.api.post(`/webhook-endpoints/{key}/rotate-secret`,{path:{key:e}})).secret,await this.#e()})}async#o(e){await this.api.delete(`/webhook-endpoints/{key}`,{path:{key:e}}),await this.#e()}};p([_()],Q.prototype,`items`,void 0),p([_()],Q.prototype,`secret`,void 0),Q=p([e(`mass-reply-webhooks`)],Q);var He=class extends b{render(){let{api:e,words:t,me:r}=this,{say:i}=t;return n`<div class="page-head"><h1>${i(`nav_settings`)}</h1></div>
      ${this.may(`admin`)?n`<mass-reply-guards .api=${e} .words=${t} .me=${r}></mass-reply-guards>`:n`<p class="note">${i(`needs_admin`)}</p>`}
      <mass-reply-snippets .api=${e} .words=${t} .me=${r}></mass-reply-snippets>
      ${this.may(`admin`)?n`<mass-reply-rules .api=${e} .words=${t} .me=${r}></mass-reply-rules>
              <mass-reply-webhooks .api=${e} .words=${t} .me=${r}></mass-reply-webhooks>
              <mass-reply-keys .api=${e} .words=${t} .me=${r}></mass-reply-keys>
              <mass-reply-log .api=${e} .words=${t} .me=${r}></mass-reply-log>`:a}`}};He=p([e(`mass-reply-settings`)],He);var Ue=50,We=class extends T{#e=new s(this,e=>this.api.get(`/audit-log`,{query:{limit:Ue,cursor:e}}),e=>this.failed(e,()=>this.#e.reload()));firstUpdated(){this.#e.first()}#t({mass_reply_id:e,object_id:t,details:r,recipient_count:i}){let{number:o,say:s}=this.words;return e?n`<a href=${x(`mass-replies`,{id:e})}>${s(`mass_reply`)}</a>${i===null?a:` · ${o(i)}`}`:n`<bdi>${typeof r.name==`string`?r.name:t??``}</bdi>`}render(){let{ago:e,exact:t,named:r,say:i}=this.words,a=this.table(this.#e.items,i=>n`<tr><td class="tight"><time title=${t(i.at)}>${e(i.at)}</time></td>
      <td>${r(`action`,i.action)}</td><td><bdi>${i.actor.author.name}</bdi></td><td>${this.#t(i)}</td><td><bdi>${i.reason??``}</bdi></td></tr>`);return this.section(i(`log`),n`${a} ${this.#e.render(this.words,null,Ue)}`)}};We=p([e(`mass-reply-log`)],We);var Ge=r`
  :host {
    display: grid;
    grid-template-columns: 184px minmax(0, 1fr);
    min-height: 100dvh;
    background: var(--paper);
  }
  h1 { font-size: 22px; line-height: 28px; font-weight: 600; }
  main { padding: 20px 24px 48px; display: block; }
  main h2 { font-size: 16px; line-height: 24px; }
  main > * { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main > * > :is(mass-reply-filters, mass-reply-guards, mass-reply-snippets, mass-reply-rules, mass-reply-webhooks, mass-reply-keys, mass-reply-log, mass-reply-page) { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
  main.door { grid-column: 1 / -1; display: grid; place-content: center; padding: 16px; }
  .door form { width: min(400px, calc(100vw - 32px)); padding: 24px; }
  dialog.small { width: min(440px, calc(100vw - 32px)); height: fit-content; max-height: 100dvh; overflow: auto; border-radius: var(--radius); border-width: 1px; }
  dialog.small form { border: 0; padding: 24px; }
  nav { background: var(--shade); border-right: 1px solid var(--line); padding: 16px 8px; display: flex; flex-direction: column; justify-content: space-between; gap: 16px; position: sticky; top: 0; height: 100dvh; }
  nav ul { display: grid; gap: 4px; }
  nav li a { display: block; padding: 8px 12px; border-radius: var(--radius); color: inherit; text-decoration: none; }
  nav li a:hover { background: var(--line); }
  nav li a[aria-current='page'] { background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .who { padding: 0 12px; overflow-wrap: anywhere; }
  .who button, .door .plain { padding: 2px 8px; min-height: 30px; }
  [aria-pressed='true'] { font-weight: 700; text-decoration: underline; }
  .page-head { min-height: 36px; }
  .total { font-size: 16px; }
  .filters, .fields { align-items: end; }
  .fields { padding: 12px 0; gap: 12px 16px; }
  .card .fields { padding: 0; }
  .fields.even { display: grid; gap: 12px 16px; grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr)); }
  .even :is(input:not([type='checkbox']), select) { width: 100%; }
  .even .choice { min-height: 38px; }
  legend { padding: 0 0 8px; }
  .chips { min-height: 32px; }
  .chip.filter { display: inline-flex; align-items: center; gap: 4px; padding: 0 12px; font-size: 14px; min-height: 30px; border-color: var(--control); overflow-wrap: anywhere; }
  .chip.filter:has(button) { padding-right: 2px; }
  .chip.filter button { min-height: 26px; padding: 0 8px; border-radius: 13px; }
  .bulk.some { box-shadow: inset 4px 0 0 var(--accent); }
  .empty { padding: 32px 8px; text-align: center; }
  .code { font: 13px/18px ui-monospace, monospace; }
  .bulk { min-height: 52px; padding: 8px 12px; background: var(--shade); border-radius: var(--radius); position: sticky; top: 0; z-index: 1; }
  .wide { overflow-x: auto; container-type: inline-size; }
  .tick { width: 34px; }
  .tight { white-space: nowrap; }
  .clip { display: block; width: 0; min-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  td:has(> .clip) { width: 60%; }
  tr[aria-selected='true'] { background: var(--shade); }
  .chip { display: inline-block; border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: 12px; }
  .state { border: 1px solid var(--control); border-radius: 12px; padding: 1px 10px; white-space: nowrap; }
  .state.sending, .state.ready, .state.completed, .state.active, .state.done { border-color: var(--good); color: var(--good); }
  .state.paused, .state.cooling, .state.awaiting_approval, .state.scheduled, .state.retrying, .state.disabled { border-color: var(--amber); color: var(--amber); }
  .beside { display: grid; gap: 24px; grid-template-columns: minmax(0, 3fr) minmax(280px, 2fr); align-items: start; }
  .thread-head { align-items: start; }
  .thread { border-left: 1px solid var(--line); padding-left: 24px; }
  .item { padding: 8px 12px; border-radius: var(--radius); background: var(--shade); }
  .item.reply { border-left: 4px solid var(--accent); }
  .item.system_note { border-left: 4px solid var(--control); }
  .item.system_error { border-left: 4px solid var(--danger); }
  .plain-text { white-space: pre-wrap; overflow-wrap: anywhere; }
  .cards { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(340px, 100%), 1fr)); }
  .full { width: 100%; }
  .grow { flex: 1 1 240px; }
  mass-reply-settings > :not(.page-head) { margin-bottom: 16px; }
  pre { margin: 0; font: 13px/18px ui-monospace, monospace; }
  mass-reply-watch .body { padding: 0; }
  @media (max-width: 720px) {
    :host { grid-template-columns: minmax(0, 1fr); align-content: start; }
    nav { position: static; height: auto; padding: 8px; border: 0; border-bottom: 1px solid var(--line); gap: 8px; }
    nav ul { display: flex; flex-wrap: wrap; gap: 0; }
    nav li a { padding: 6px 8px; }
    .who { display: flex; gap: 8px; justify-content: space-between; align-items: center; padding: 0 8px; }
    .who .role { display: none; }
    main { padding: 16px; }
    .bulk { min-height: 96px; }
    .rows tr { display: block; padding: 6px 0; border-bottom: 1px solid var(--line); }
    .rows th, .rows td { display: block; border: 0; padding: 2px 8px; text-align: left; white-space: normal; }
    .rows :is(td:empty, thead) { display: none; }
    .rows td[data-label]::before { content: attr(data-label) ': '; }
    .beside { grid-template-columns: minmax(0, 1fr); }
    .thread { border: 0; padding: 0; }
    .beside > .wide { display: none; }
  }
  /* By its own width: a thread may stand beside it. */
  @container (max-width: 640px) {
    .list th:nth-child(n + 3) { display: none; }
    .list tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line); padding: 4px 0 4px 34px; }
    .list :is(th, td) { border: 0; padding: 4px 8px; }
    .list .tick { margin-left: -34px; }
    .list td:nth-child(2) { flex: none; width: 100%; }
    .list td:nth-child(n + 3) { padding-top: 0; }
    .list td:nth-child(4) br { display: none; }
    .list td:nth-child(5) { margin-left: auto; }
  }
`,Ke=[`conversations`,`mass-replies`,`accounts`,`settings`],qe={conversations:`nav_conversations`,"mass-replies":`nav_mass_replies`,accounts:`nav_accounts`,settings:`nav_settings`},$=class extends g{constructor(...e){super(...e),this.me=null,this.refused=``,this.entering=!1,this.page=`conversations`,this.place=new URLSearchParams,this.words=new h(navigator.language||u(this)),this.busy=0,this.renewing=null,this.#e=null,this.#t=new f(new URL(
/* @vite-ignore */
`..`,import.meta.url).href.replace(/\/$/,``),e=>this.#i(e)),this.#n=()=>{let[e,t]=location.hash.replace(/^#\/?/,``).split(`?`);this.page=Ke.find(t=>t===e)??`conversations`,this.place=new URLSearchParams(t),this.dialog?.close()},this.#i=async e=>!e||!this.me?this.#e??Promise.reject(/* @__PURE__ */ Error()):(this.renewing??=Promise.withResolvers(),this.renewing.promise),this.#c=()=>{this.renewing?.reject(/* @__PURE__ */ Error()),this.renewing=null},this.#m=e=>this.#g(e.detail,null),this.#h=e=>this.#g(null,e.detail),this.#v=()=>{this.#e=this.me=null,this.#t=new f(this.#t.base,this.#i),this.#t.whenBusy.add(e=>this.busy=e)}}static{this.styles=[ne,ee,ie,Ge]}#e;#t;connectedCallback(){super.connectedCallback(),document.documentElement.lang=this.words.lang,document.body.style.margin=`0`,window.addEventListener(`hashchange`,this.#n),this.#t.whenBusy.add(e=>this.busy=e),this.#n()}disconnectedCallback(){super.disconnectedCallback(),window.removeEventListener(`hashchange`,this.#n)}#n;#r(e){this.words=new h(e),document.documentElement.lang=e}render(){return this.me?this.#f(this.me):this.#a()}#i;#a(){let{say:e}=this.words;return n`<main class="door"><form class="card stack" @submit=${this.#l}>
      <h1>mass-reply</h1>
      <p>${e(`sign_in_hint`)}</p>
      ${this.#o()}
      <button class="main">${e(this.entering?`signing_in`:`sign_in`)}</button>${this.#d()}
    </form></main>`}#o(){let{say:e}=this.words;return n`<label class="field full">${e(`key`)}<input class="full" type="password" name="key" required autocomplete="off" spellcheck="false" autofocus /></label>
      <p class="soft">${e(`in_memory`)}</p>
      ${this.refused?n`<p class="note bad" role="alert">${this.refused}</p>`:a}`}#s(){let{say:e}=this.words;return n`<dialog class="small" aria-label=${e(`sign_in_again`)} @cancel=${e=>{e.preventDefault(),this.#c()}}>
      <form class="card stack" @submit=${this.#l}><h2>${e(`session_ended`)}</h2>${this.#o()}
        <div class="row"><button class="main">${e(this.entering?`signing_in`:`sign_in_again`)}</button><button type="button" @click=${this.#c}>${e(`sign_out`)}</button></div>
      </form></dialog>`}updated(){let{say:e}=this.words;document.title=this.me?`${e(qe[this.page])} · mass-reply`:`mass-reply`;let t=this.renderRoot.querySelector(`dialog.small`);t&&!t.open&&t.showModal()}#c;async#l(e){e.preventDefault();let t=new FormData(e.target).get(`key`);if(!this.entering){this.entering=!0;try{let e=await new f(this.#t.base,async()=>t).get(`/me`);if(this.me&&this.me.tenant!==e.tenant){this.refused=this.words.say(`key_of_others`);return}this.me=e,this.refused=``,this.#e=t,this.renewing?.resolve(t),this.renewing=null}catch(e){this.refused=this.#u(e)}finally{this.entering=!1}}}#u(e){let{say:t}=this.words;return e instanceof o?t(`key_refused`):v(e)?t(`overloaded`):e instanceof d?this.words.problem(e):t(`no_answer`)}#d(){return n`<div class="row">${[`en`,`de`].map(e=>n`<button type="button" class="plain" lang=${e} aria-pressed=${this.words.lang===e} @click=${()=>this.#r(e)}>${e===`en`?`English`:`Deutsch`}</button>`)}</div>`}#f(e){let{say:t}=this.words;return n`<nav aria-label="mass-reply">
        <ul>${Ke.map(e=>n`<li><a href=${x(e)} aria-current=${e===this.page?`page`:`false`}>${t(qe[e])}</a></li>`)}</ul>
        <div class="who stack"><div><strong>${e.user?.name??e.key?.name??``}</strong><br class="role" /><span class="soft role">${e.roles.map(e=>this.words.named(`role`,e)).join(`, `)}</span></div>
          ${this.#d()}<button @click=${this.#v}>${t(`sign_out`)}</button></div>
      </nav>
      ${this.renewing?this.#s():a}
      <main @write=${this.#m} @watch=${this.#h} @signed-out=${this.#v}>
        ${this.busy?n`<p class="note" role="status">${t(`busy`,{n:this.busy})}</p>`:a}
        ${this.#p(e)}</main>
      <mass-reply-dialog .getToken=${this.#i} lang=${this.words.lang} @confirmed=${this.#_}></mass-reply-dialog>`}#p(e){let{words:t,place:r}=this;switch(this.page){case`conversations`:return n`<mass-reply-conversations .api=${this.#t} .words=${t} .me=${e} .place=${r}></mass-reply-conversations>`;case`mass-replies`:return n`<mass-reply-history .api=${this.#t} .words=${t} .me=${e} .place=${r}></mass-reply-history>`;case`accounts`:return n`<mass-reply-accounts .api=${this.#t} .words=${t} .me=${e} .place=${r}></mass-reply-accounts>`;case`settings`:return n`<mass-reply-settings .api=${this.#t} .words=${t} .me=${e} .place=${r}></mass-reply-settings>`}}#m;#h;#g(e,t){this.dialog.selection=e,this.dialog.massReply=t,this.dialog.show()}#_(e){this.renderRoot.querySelector(`mass-reply-conversations`)?.done(e.detail.id,e.detail.count)}#v};p([_()],$.prototype,`me`,void 0),p([_()],$.prototype,`refused`,void 0),p([_()],$.prototype,`entering`,void 0),p([_()],$.prototype,`page`,void 0),p([_()],$.prototype,`place`,void 0),p([_()],$.prototype,`words`,void 0),p([c(`mass-reply-dialog`)],$.prototype,`dialog`,void 0),p([_()],$.prototype,`busy`,void 0),p([_()],$.prototype,`renewing`,void 0),$=p([e(`mass-reply-console`)],$);export{$ as Console};